"""The app configuration of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "vetgrid.accounts"
    label = "accounts"
