"""The app configuration of the registry."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "vetgrid.registry"
    label = "registry"
