"""What this domain announces: persons were told something."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vetgrid.notices.actions import Message


@dataclass(frozen=True)
class PersonsTold:
    """New messages to persons, none of them by WeChat: whoever knows their WeChat accounts may add one to the same content."""

    messages: "tuple[Message, ...]"
