"""The connection to PostgreSQL: whether it still stands is seen at its socket, and asked only when something lies there."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A server that goes away closes the socket, which then has something to read. A question on every request would say no more."""

    def is_usable(self) -> bool:
        line = self.connection
        if line is not None and not line.closed and _is_silent(line.fileno()):
            return True
        return bool(super().is_usable())


def _is_silent(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN | select.POLLHUP | select.POLLERR)
    return not poll.poll(0)
