"""The app configuration of the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "vetgrid.desk"
    label = "desk"
