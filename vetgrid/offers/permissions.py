"""Somebody may: what can be done with the preference list, merchants, offers and complaints about them."""

from vetgrid.core.permission import Permission


class OffersPermission(Permission):
    APPROVE = "offers.approve"
    EDIT = "offers.edit"
    HANDLE = "offers.handle"
    READ = "offers.read"
