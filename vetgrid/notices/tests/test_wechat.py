"""Subscribe messages: sent where credentials are configured, tried again when WeChat is away, refused with a sentence; else recorded."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from tests import builders as make
from tests import phone
from vetgrid.core.crypto import Sealed, blind
from vetgrid.core.scope import acting
from vetgrid.notices import actions, queries
from vetgrid.notices import wechat as wechat_module
from vetgrid.notices.actions import Message
from vetgrid.notices.channels import waits
from vetgrid.notices.models import Attempt, Notice
from vetgrid.notices.wechat import wechat

pytestmark = pytest.mark.django_db
OPEN_ID, SECRET = "oABC-123", "a secret that must never show"


class Answering(ThreadingHTTPServer):
    """A server that answers as WeChat's does: errors are a code in an answer with status 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.sent: list[dict] = []
        self.tokens_given = 0
        self.sending: list[int] = []
        """The errcodes of the next answers to a message; then 0."""
        self.is_away = False


class Handler(BaseHTTPRequestHandler):
    server: Answering

    def do_GET(self) -> None:
        is_known = "js_code=good" in self.path and "appid=wx1" in self.path
        self.reply(
            {"openid": OPEN_ID, "session_key": "k"} if is_known else {"errcode": 40029, "errmsg": "invalid code"}
        )

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.is_away:
            self.send_error(502)
            return
        if self.path == "/cgi-bin/stable_token":
            assert body["secret"] == SECRET
            self.server.tokens_given += 1
            self.reply({"access_token": f"token-{self.server.tokens_given}", "expires_in": 7200})
            return
        code = self.server.sending.pop(0) if self.server.sending else 0
        if not code:
            self.server.sent.append({"path": self.path} | body)
        self.reply({"errcode": code, "errmsg": "ok" if not code else "no"})

    def reply(self, body: dict) -> None:
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server(monkeypatch) -> Iterator[Answering]:
    server = Answering()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in (
        ("HOST", f"http://127.0.0.1:{server.server_port}"),
        ("APPID", "wx1"),
        ("SECRET", SECRET),
        ("TEMPLATE", "tpl"),
    ):
        monkeypatch.setenv(f"VETGRID_WECHAT_{name}", value)
    wechat.cache_clear()
    yield server
    wechat.cache_clear()
    server.shutdown()
    server.server_close()


@pytest.fixture
def person(db):
    """A veteran who is bound with a WeChat account."""
    make.county()
    who = make.veteran(make.VILLAGE_A1)
    account = phone.account(openid=OPEN_ID, openid_index=blind(OPEN_ID, "openid"))
    phone.bind(account, who)
    return who


def told(person, *, channel: str = Notice.Channel.SMS) -> Notice:
    """Something is told to the person; returns the WeChat message that came of it."""
    message = Message(
        template="binding_decided",
        division=person.division,
        person_id=person.id,
        channel=channel,
        address=Sealed.of("13900001234", "phone"),
        values={"outcome": "已通过", "note": "看过身份证"},
        dedupe=f"d{timezone.now().timestamp()}",
    )
    with acting(make.system()):
        actions.tell([message], today=make.TODAY)
        return Notice.objects.filter(channel=Notice.Channel.WECHAT).latest("made_at")


def tried(notice: Notice) -> Notice:
    with acting(make.system()):
        actions.attempt(notice.id)
        notice.refresh_from_db()
    return notice


def test_a_person_bound_with_wechat_gets_the_title_there_and_the_text_only_in_the_mini_program(server, person):
    notice = tried(told(person))
    assert (notice.state, notice.reason) == ("sent", "")
    (sent,) = server.sent
    assert sent["touser"] == OPEN_ID and sent["template_id"] == "tpl" and sent["path"].endswith("access_token=token-1")
    assert sent["data"]["thing1"]["value"] == notice.title[:20]
    assert "看过身份证" not in json.dumps(sent, ensure_ascii=False)


def test_a_message_by_wechat_is_told_once_and_does_not_stand_twice_in_the_list(person):
    told(person)
    with acting(make.system()):
        assert Notice.objects.filter(person_id=person.id).count() == 2
        assert queries.OWN.of(who=person.id).count() == 1


def test_without_credentials_the_message_is_recorded_and_says_so(person):
    wechat.cache_clear()
    notice = tried(told(person))
    assert notice.state == "recorded" and "尚未配置" in notice.reason


def test_a_stale_token_is_asked_for_again_and_the_message_arrives(server, person):
    server.sending = [42001]
    assert tried(told(person)).state == "sent"
    assert server.tokens_given == 2 and len(server.sent) == 1


def test_a_person_who_did_not_subscribe_is_told_otherwise_and_the_log_says_why(server, person):
    server.sending = [43101]
    notice = tried(told(person))
    assert notice.state == "unsent" and "没有订阅" in notice.reason and "43101" in notice.reason
    with acting(make.system()):
        assert Attempt.objects.get(notice=notice).reason == notice.reason


def test_when_wechat_is_away_the_message_waits_is_tried_again_and_fails_at_last_in_the_open(server, person):
    server.is_away = True
    notice = told(person)
    for _ in waits():
        notice = tried(notice)
        assert notice.state == "queued" and "没有回应" in notice.reason
    notice = tried(notice)
    assert notice.state == "failed"
    with acting(make.system()):
        assert Attempt.objects.filter(notice=notice).count() == len(waits()) + 1
        assert SECRET not in "".join(Attempt.objects.values_list("reason", flat=True))
    server.is_away = False
    clerk = make.actor("city_clerk", make.COUNTY)
    with acting(clerk):
        actions.retry(notice_id=notice.id, by=clerk, today=make.TODAY)
    assert tried(notice).state == "sent"


def test_when_wechat_comes_back_the_waiting_message_is_sent_once(server, person):
    server.sending = [-1]
    notice = tried(told(person))
    assert notice.state == "queued"
    assert tried(notice).state == "sent" and tried(notice).state == "sent"
    assert len(server.sent) == 1


def test_a_login_code_of_wechat_signs_in_and_a_used_one_does_not(server, db):
    make.county()
    assert phone.Phone().post("/citizen/sign-in/wechat", {"code": "good"}).status_code == 200
    assert phone.Phone().post("/citizen/sign-in/wechat", {"code": "used"}).status_code == 401
    server.shutdown()
    server.server_close()
    answer = phone.Phone().post("/citizen/sign-in/wechat", {"code": "good"})
    assert answer.status_code == 409 and answer.json()["code"] == "wechat_unreachable"


def test_neither_the_secret_nor_the_token_shows_in_the_client_itself(server):
    client = wechat()
    assert client is not None and SECRET not in repr(client)
    assert wechat_module.policy()["host"].startswith("https://")
