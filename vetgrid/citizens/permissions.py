"""Somebody may: what clerks can do for the people at the mini-program."""

from vetgrid.core.permission import Permission


class CitizensPermission(Permission):
    ASSIST = "citizens.assist"
    BIND = "citizens.bind"
    CAMPAIGN = "citizens.campaign"
    READ = "citizens.read"
