"""WeChat's server: who is behind a login code, and subscribe messages. The only module that speaks to it; where it stands is configuration.

Credentials come from the environment alone (`VETGRID_WECHAT_APPID`, `VETGRID_WECHAT_SECRET`, `VETGRID_WECHAT_TEMPLATE`) and are
never part of a reason or a log line. `VETGRID_WECHAT_HOST` points the client at another server, for tests or a gateway.
"""

import json
import os
import threading
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings

_NO_CODE = {40029, 40163}
"""The login code is none, or was used."""
_STALE = {40001, 40014, 42001}
"""The access token is no longer good: a new one is asked for, once."""


class WechatUnreachable(Exception):
    """No answer, or one that says to come again; the sentence says which."""


class WechatRefused(Exception):
    """WeChat understood and said no: `code` is its errcode."""

    def __init__(self, code: int) -> None:
        super().__init__(f"errcode {code}")
        self.code = code


@cache
def policy() -> dict[str, Any]:
    """The part of `data/policy/channels.toml` that is about WeChat."""
    with (settings.DATA / "policy" / "channels.toml").open("rb") as file:
        found: dict[str, Any] = tomllib.load(file)["wechat"]
    return found


@dataclass
class Wechat:
    """One mini-program at WeChat's server."""

    host: str
    appid: str
    secret: str = field(repr=False)
    timeout: float = 8.0
    _token: str = field(default="", repr=False)
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def open_id(self, code: str) -> str:
        """The open id behind a login code of the phone, '' for one that is unknown, used or too old."""
        asked = {"appid": self.appid, "secret": self.secret, "js_code": code, "grant_type": "authorization_code"}
        try:
            return str(self._call("/sns/jscode2session?" + urllib.parse.urlencode(asked)).get("openid", ""))
        except WechatRefused as error:
            if error.code in _NO_CODE:
                return ""
            raise WechatUnreachable(f"微信没有接受这个小程序({error.code})") from error

    def send(self, *, open_id: str, template: str, page: str, words: dict[str, str]) -> None:
        """One subscribe message; raises WechatRefused or WechatUnreachable."""
        body = {
            "touser": open_id,
            "template_id": template,
            "page": page,
            "lang": "zh_CN",
            "data": {name: {"value": text} for name, text in words.items()},
        }
        try:
            self._call(f"/cgi-bin/message/subscribe/send?access_token={self._access()}", body)
        except WechatRefused as error:
            if error.code not in _STALE:
                raise
            self._until = 0.0
            self._call(f"/cgi-bin/message/subscribe/send?access_token={self._access()}", body)

    def _access(self) -> str:
        """The access token: WeChat's stable one, so that several processes do not take it from each other."""
        with self._lock:
            if time.monotonic() >= self._until:
                asked = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
                found = self._call("/cgi-bin/stable_token", asked)
                self._token = str(found["access_token"])
                self._until = time.monotonic() + max(0, int(found.get("expires_in", 0)) - 300)
            return self._token

    def _call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        request = urllib.request.Request(self.host + path, data, {"Content-Type": "application/json"})  # noqa: S310  # host is configuration
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:  # noqa: S310  # as above
                found = json.load(answer)
        except (OSError, ValueError) as error:
            raise WechatUnreachable("微信服务器没有回应") from error
        code = int(found.get("errcode", 0))
        if code in (-1, 45011):
            raise WechatUnreachable("微信服务器繁忙")
        if code:
            raise WechatRefused(code)
        return dict(found)


@cache
def wechat() -> Wechat | None:
    """The configured client, None without credentials."""
    appid, secret = os.environ.get("VETGRID_WECHAT_APPID", ""), os.environ.get("VETGRID_WECHAT_SECRET", "")
    if not (appid and secret):
        return None
    return Wechat((os.environ.get("VETGRID_WECHAT_HOST") or policy()["host"]).rstrip("/"), appid, secret)
