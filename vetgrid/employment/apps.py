"""The app configuration of employment."""

from django.apps import AppConfig


class EmploymentConfig(AppConfig):
    name = "vetgrid.employment"
    label = "employment"
