"""The app configuration of payments."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "vetgrid.payments"
    label = "payments"

    def ready(self) -> None:
        from vetgrid.payments import checks, kinds, states  # noqa: F401  # they declare themselves
