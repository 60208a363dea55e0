"""The app configuration of the trail."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "vetgrid.audit"
    label = "audit"
