"""Somebody may: what can be done with reports."""

from vetgrid.core.permission import Permission


class ReportsPermission(Permission):
    EXPORT = "reports.export"
    READ = "reports.read"
    SEAL = "reports.seal"
