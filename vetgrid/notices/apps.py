"""The app configuration of notices."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "vetgrid.notices"
    label = "notices"
