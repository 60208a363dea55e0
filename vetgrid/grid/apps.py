"""The app configuration of the grid."""

from django.apps import AppConfig


class GridConfig(AppConfig):
    name = "vetgrid.grid"
    label = "grid"
