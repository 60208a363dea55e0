"""A signed-in session without a browser: cookies, CSRF and forms over plain HTTP, for faults and fuzzing."""

import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar

from tests.running import Running


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


@dataclass
class Answer:
    status: int
    body: str
    location: str = ""


@dataclass
class Visitor:
    """One person's session."""

    running: Running
    jar: CookieJar = field(default_factory=CookieJar)

    def __post_init__(self) -> None:
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), _NoRedirect)

    def ask(
        self, path: str, data: bytes | None = None, headers: dict[str, str] | None = None, method: str | None = None
    ) -> Answer:
        request = urllib.request.Request(
            self.running.url + path, data, {"Referer": self.running.url + "/", **(headers or {})}, method=method
        )
        try:
            with self.opener.open(request, timeout=60) as response:
                return Answer(response.status, response.read().decode("utf-8", "replace"))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode("utf-8", "replace"), error.headers.get("Location", ""))

    def token(self) -> str:
        return next((cookie.value or "" for cookie in self.jar if cookie.name == "csrftoken"), "")

    def post(self, path: str, fields: dict[str, object]) -> Answer:
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": self.token(), **fields}, doseq=True).encode()
        return self.ask(path, body)

    def upload(self, path: str, fields: dict[str, str], name: str, content: bytes) -> Answer:
        edge = "edge-0f7c1"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in {"csrfmiddlewaretoken": self.token(), **fields}.items()
        ]
        parts.append(
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode()
            + content
            + b"\r\n"
        )
        parts.append(f"--{edge}--\r\n".encode())
        return self.ask(path, b"".join(parts), {"Content-Type": f"multipart/form-data; boundary={edge}"})


def signed_in(running: Running, username: str) -> Visitor:
    visitor = Visitor(running)
    account = running.account(username)
    visitor.ask("/sign-in")
    assert visitor.post("/sign-in", {"username": username, "password": account["password"]}).status == 302
    if account["totp_secret"]:
        visitor.ask("/account/second-factor")
        assert visitor.post("/account/second-factor", {"code": running.code(username)}).status == 302
    assert visitor.ask("/account").status == 200
    return visitor


def batch_id(answer: Answer) -> str:
    found = re.search(r"/imports/([0-9a-f-]{36})", answer.location)
    assert found, answer.body[:500]
    return found[1]
