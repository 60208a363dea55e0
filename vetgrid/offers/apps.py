"""The app configuration of offers."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = "vetgrid.offers"
    label = "offers"

    def ready(self) -> None:
        from vetgrid.offers import figures, kinds, reactions, states  # noqa: F401  # they declare themselves

        reactions.subscribe_all()
