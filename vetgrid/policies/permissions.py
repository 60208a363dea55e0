"""Somebody may: read the library, keep it, approve what goes into it."""

from vetgrid.core.permission import Permission


class PoliciesPermission(Permission):
    APPROVE = "policies.approve"
    EDIT = "policies.edit"
    READ = "policies.read"
