"""The app configuration of benefits."""

from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    name = "vetgrid.benefits"
    label = "benefits"
