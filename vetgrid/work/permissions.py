"""Somebody may: see the items of a place, and hand them over. One's own items need no permission."""

from vetgrid.core.permission import Permission


class WorkPermission(Permission):
    ASSIGN = "work.assign"
    READ = "work.read"
