"""Somebody may: what can be done with divisions, stations and staff."""

from vetgrid.core.permission import Permission


class OrgsPermission(Permission):
    EDIT = "orgs.edit"
    READ = "orgs.read"
    RESTRUCTURE = "orgs.restructure"
