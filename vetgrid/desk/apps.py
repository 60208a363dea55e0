"""The app configuration of the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "vetgrid.desk"
    label = "desk"

    def ready(self) -> None:
        from vetgrid.cards.queries.own import classes_by_card
        from vetgrid.offers import entitlement

        entitlement.declare(classes_by_card)  # neither may know the other; the desk knows both
