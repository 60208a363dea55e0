"""The app configuration of the grid."""

from django.apps import AppConfig


class GridConfig(AppConfig):
    name = "vetgrid.grid"
    label = "grid"

    def ready(self) -> None:
        from vetgrid.grid import figures, knowing, reactions  # noqa: F401  # declare figures and the second fact

        reactions.subscribe_all()
