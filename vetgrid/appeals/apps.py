"""The app configuration of appeals."""

from django.apps import AppConfig


class AppealsConfig(AppConfig):
    name = "vetgrid.appeals"
    label = "appeals"

    def ready(self) -> None:
        from vetgrid.appeals import figures, kinds, reactions, states  # noqa: F401  # they declare themselves

        reactions.subscribe_all()
