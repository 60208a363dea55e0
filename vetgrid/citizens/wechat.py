"""WeChat's sign-in behind one interface: a code from the phone becomes an open id; the default is a recorded double without a network."""

import tomllib
from typing import Protocol

from django.conf import settings

from vetgrid.core.errors import Conflict
from vetgrid.notices.wechat import Wechat, WechatUnreachable, wechat


class Exchange(Protocol):
    """Gives the open id behind a code, '' for a code that is unknown or used."""

    def open_id(self, code: str) -> str: ...


class Recorded:
    """Knows the codes that the demo and the tests use: `demo-<name>` is always the same identity. Only where no real people are."""

    def open_id(self, code: str) -> str:
        return f"recorded:{code.removeprefix('demo-')}" if code.startswith("demo-") and len(code) > 5 else ""


class Missing:
    """Without a contract with WeChat nobody can sign in that way; the text message remains."""

    def open_id(self, code: str) -> str:
        raise Conflict("微信登录尚未开通,请改用手机验证码登录。", code="wechat_not_configured")


class Asked:
    """WeChat itself, with the bureau's own mini-program."""

    def __init__(self, client: Wechat) -> None:
        self.client = client

    def open_id(self, code: str) -> str:
        try:
            return self.client.open_id(code)
        except WechatUnreachable as error:
            raise Conflict("微信暂时连不上,请稍后再试,或改用手机验证码登录。", code="wechat_unreachable") from error


def exchange() -> Exchange:
    """WeChat where credentials are configured, else the recorded double of the demo, else none."""
    client = wechat()
    if client is not None:
        return Asked(client)
    with (settings.DATA / "policy" / "channels.toml").open("rb") as file:
        provider = tomllib.load(file)["wechat_sign_in"]["provider"]
    return Recorded() if provider == "recorded" and settings.FIXED_DAY is not None else Missing()
