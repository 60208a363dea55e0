"""The app configuration of benefits."""

from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    name = "vetgrid.benefits"
    label = "benefits"

    def ready(self) -> None:
        from vetgrid.benefits import proposal_flow, simulation_tasks  # noqa: F401  # they declare themselves
