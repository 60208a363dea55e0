"""The app configuration of reports."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "vetgrid.reports"
    label = "reports"
