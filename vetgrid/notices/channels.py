"""How a message leaves the house: one interface; without credentials a channel records and says so."""

import os
import tomllib
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings

from vetgrid.notices.wechat import Wechat, WechatRefused, WechatUnreachable, policy, wechat


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt: a state of `Notice` and, when it was not sent, why. `is_final` False: it is worth another try."""

    state: str
    reason: str = ""
    is_final: bool = True


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


@dataclass(frozen=True)
class Subscribed:
    """微信订阅消息: only the title leaves the house; what it is about is read in the mini-program, behind its sign-in."""

    client: Wechat
    template: str

    def send(self, *, key: str, address: str, title: str, body: str) -> Outcome:
        rule = policy()
        if not address:
            return Outcome("unsent", "没有登记微信,请补登后重发。")
        longest = int(rule["longest"])
        words = {rule["title_field"]: title[:longest], rule["hint_field"]: str(rule["hint"])[:longest]}
        try:
            self.client.send(open_id=address, template=self.template, page=rule["page"], words=words)
        except WechatUnreachable as error:
            return Outcome("failed", f"{error},稍后再试。", is_final=False)
        except WechatRefused as error:
            known = {str(entry["code"]): str(entry["sentence"]) for entry in rule["refusals"]}
            sentence = known.get(str(error.code), "微信没有接受这条消息,请把代码告诉系统管理员。")
            return Outcome("unsent" if error.code == rule["not_subscribed"] else "failed", f"{sentence}({error.code})")
        return Outcome("sent")


def channel_for(name: str) -> Channel:
    """The configured channel; a provider is added here when the bureau has a contract with one."""
    client, template = wechat(), os.environ.get("VETGRID_WECHAT_TEMPLATE", "")
    if name == "wechat" and client is not None and template:
        return Subscribed(client, template)
    with (settings.DATA / "policy" / "channels.toml").open("rb") as file:
        label = tomllib.load(file)[name]["label"]
    return Recorded(label)


def waits() -> list[int]:
    """Minutes until each further try of a message that did not get through."""
    with (settings.DATA / "policy" / "channels.toml").open("rb") as file:
        found: list[int] = tomllib.load(file)["retry"]["minutes"]
    return found
