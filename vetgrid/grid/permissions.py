"""Somebody may: what can be done with cells, duties and contacts."""

from vetgrid.core.permission import Permission


class GridPermission(Permission):
    ASSIGN = "grid.assign"
    READ = "grid.read"
