"""Somebody may: the auditor's permissions."""

from vetgrid.core.permission import Permission


class AuditPermission(Permission):
    READ = "audit.read"
    VERIFY = "audit.verify"
