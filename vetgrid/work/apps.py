"""The app configuration of work."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "vetgrid.work"
    label = "work"
