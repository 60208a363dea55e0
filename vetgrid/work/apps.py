"""The app configuration of work."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "vetgrid.work"
    label = "work"

    def ready(self) -> None:
        from vetgrid.work import reactions

        reactions.subscribe_all()
