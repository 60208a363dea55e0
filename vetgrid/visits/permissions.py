"""Somebody may: record visits and read them."""

from vetgrid.core.permission import Permission


class VisitsPermission(Permission):
    READ = "visits.read"
    RECORD = "visits.record"
