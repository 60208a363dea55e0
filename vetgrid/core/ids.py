"""Row ids: UUIDs whose first bits are the time, so that new rows land at the end of an index."""

import os
import time
import uuid


def new_id() -> uuid.UUID:
    """A version 7 UUID (RFC 9562): 48 bits of Unix milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value &= ~(0xF << 76)
    value |= 0x7 << 76
    value &= ~(0x3 << 62)
    value |= 0x2 << 62
    return uuid.UUID(int=value)


def is_later(one: uuid.UUID, other: uuid.UUID) -> bool:
    """Whether the first id was made in a later millisecond; ids of another version were there when the installation began."""
    return one.version == 7 and one.int >> 80 > other.int >> 80
