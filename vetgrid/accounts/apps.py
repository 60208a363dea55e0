"""The app configuration of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "vetgrid.accounts"
    label = "accounts"

    def ready(self) -> None:
        from vetgrid.accounts.sessions import PHONE, open_on_phone
        from vetgrid.core.bearer import declare

        declare(PHONE, open_on_phone)
