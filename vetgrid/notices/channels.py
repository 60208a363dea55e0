"""How a message leaves the house: one interface; without credentials a channel records and says so."""

import tomllib
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt: a state of `Notice` and, when it was not sent, why."""

    state: str
    reason: str = ""


class Channel(Protocol):
    """A way out. `send` must be safe to repeat: it is called again after a crash between sending and noting it."""

    def send(self, *, key: str, address: str, title: str, body: str) -> Outcome:
        """`key` is the same for every attempt of one message; a provider that knows it sends only once."""


@dataclass(frozen=True)
class Recorded:
    """The default outbox: keeps the message and sends nothing, because no provider is configured."""

    label: str

    def send(self, *, key: str, address: str, title: str, body: str) -> Outcome:
        if not address:
            return Outcome("unsent", f"没有登记{'电话' if self.label == '短信' else '微信'},请补登后重发。")
        return Outcome("recorded", f"{self.label}通道尚未配置,只做记录,没有发出。请联系系统管理员。")


def channel_for(name: str) -> Channel:
    """The configured channel; a provider is added here when the bureau has a contract with one."""
    with (settings.DATA / "policy" / "channels.toml").open("rb") as file:
        label = tomllib.load(file)[name]["label"]
    return Recorded(label)
