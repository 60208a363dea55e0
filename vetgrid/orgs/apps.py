"""The app configuration of the service network."""

from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "vetgrid.orgs"
    label = "orgs"

    def ready(self) -> None:
        from vetgrid.orgs import figures  # noqa: F401  # declares the figures
