"""The app configuration of visits."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "vetgrid.visits"
    label = "visits"
