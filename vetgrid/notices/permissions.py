"""Somebody may: read the send log of a place. One's own messages need no permission."""

from vetgrid.core.permission import Permission


class NoticesPermission(Permission):
    READ = "notices.read"
    RETRY = "notices.retry"
