"""Somebody may: what can be done with accounts, and with the platform itself."""

from vetgrid.core.permission import Permission


class AccountsPermission(Permission):
    GRANT = "accounts.grant"
    MANAGE = "accounts.manage"
    READ = "accounts.read"


class SystemPermission(Permission):
    OPERATE = "system.operate"
