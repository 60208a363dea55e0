"""The app configuration of payments."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "vetgrid.payments"
    label = "payments"
