"""Somebody may: read the send log of a place, publish stories. One's own messages need no permission."""

from vetgrid.core.permission import Permission


class NoticesPermission(Permission):
    PUBLISH = "notices.publish"
    READ = "notices.read"
    RETRY = "notices.retry"
