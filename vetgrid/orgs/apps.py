"""The app configuration of the service network."""

from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "vetgrid.orgs"
    label = "orgs"
