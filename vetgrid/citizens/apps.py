"""The app configuration of citizens: how its tokens open, what it adds after each act, to which events it reacts."""

from django.apps import AppConfig


class CitizensConfig(AppConfig):
    name = "vetgrid.citizens"
    label = "citizens"

    def ready(self) -> None:
        from vetgrid.citizens import figures, reactions  # noqa: F401  # declares the figure
        from vetgrid.citizens.actions.authority import note_assisted
        from vetgrid.citizens.sessions import PREFIX, open_citizen
        from vetgrid.core.acts import on_done
        from vetgrid.core.bearer import declare

        declare(PREFIX, open_citizen)
        on_done(note_assisted)
        reactions.subscribe_all()
