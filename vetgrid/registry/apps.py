"""The app configuration of the registry."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "vetgrid.registry"
    label = "registry"

    def ready(self) -> None:
        from vetgrid.registry import figures, reactions  # noqa: F401  # declares the figures

        reactions.subscribe_all()
