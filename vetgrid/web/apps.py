"""The app configuration of the console's look."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "vetgrid.web"
    label = "web"
