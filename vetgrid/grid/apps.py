"""The app configuration of the grid."""

from django.apps import AppConfig


class GridConfig(AppConfig):
    name = "vetgrid.grid"
    label = "grid"

    def ready(self) -> None:
        from vetgrid.grid import figures, reactions  # noqa: F401  # declares the figures

        reactions.subscribe_all()
