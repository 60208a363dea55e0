"""The app configuration of benefits."""

from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    name = "vetgrid.benefits"
    label = "benefits"

    def ready(self) -> None:
        from vetgrid.benefits import figures, gating, kinds, paying, reactions, simulation_tasks, states  # noqa: F401  # they declare themselves

        reactions.subscribe_all()
