"""The app configuration of policies."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "vetgrid.policies"
    label = "policies"
