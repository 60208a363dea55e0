"""The app configuration of cards."""

from django.apps import AppConfig


class CardsConfig(AppConfig):
    name = "vetgrid.cards"
    label = "cards"

    def ready(self) -> None:
        from vetgrid.cards import figures, kinds, reactions, states  # noqa: F401  # they declare themselves

        reactions.subscribe_all()
