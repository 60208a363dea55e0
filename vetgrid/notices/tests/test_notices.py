"""Messages: told in the transaction of their cause, once, with a log that says honestly what became of each."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests import builders as make
from vetgrid.core.clock import now
from vetgrid.core.crypto import Sealed
from vetgrid.core.errors import Conflict, NotAllowed
from vetgrid.core.scope import acting
from vetgrid.notices import actions, queries
from vetgrid.notices.actions import Message
from vetgrid.notices.channels import Outcome
from vetgrid.notices.models import Attempt, Notice
from vetgrid.notices.texts import text_for, texts

pytestmark = pytest.mark.django_db
TODAY = make.TODAY


@pytest.fixture
def officer(db):
    make.county()
    return make.staff(make.VILLAGE_A1, "吴文员")


def message(officer=None, **values) -> Message:
    return Message(
        **{
            "template": "item_arrived",
            "division": make.VILLAGE_A1,
            "staff_id": officer.id if officer else None,
            "values": {"title": "诉求", "next": "审核", "day": "今天"},
        }
        | values
    )


def told(*messages) -> int:
    with acting(make.system()):
        return actions.tell(messages, today=TODAY)


def test_every_text_can_be_filled_and_every_key_has_a_version_from_the_start():
    for text in texts():
        names = {name for _, name, braced, _ in text_parts(text.body + text.title) for name in [name or braced] if name}
        title, body = text.filled(dict.fromkeys(names, "甲"))
        assert "$" not in title + body
    assert text_for("escalation", on=TODAY).version >= 1
    with pytest.raises(LookupError):
        text_for("no_such_text", on=TODAY)


def text_parts(text: str):
    from string import Template

    return [
        (m.group(), m.group("named"), m.group("braced"), m.group("escaped")) for m in Template.pattern.finditer(text)
    ]


def test_the_receiver_alone_reads_a_message_and_marks_it_read(officer):
    told(message(officer))
    mine = make.actor("grid_contact", make.VILLAGE_A1, staff=officer)
    other = make.actor("grid_contact", make.VILLAGE_A1, staff=make.staff(make.VILLAGE_A1, "旁人"))
    with acting(other):
        assert Notice.objects.count() == 0
        assert actions.mark_read(by=other) == 0
    with acting(mine):
        assert queries.unread(seen_by=mine) == 1
        assert actions.mark_read(by=mine) == 1
        assert queries.unread(seen_by=mine) == 0


def test_the_same_occasion_is_told_once(officer):
    assert told(message(officer, dedupe="a"), message(officer, dedupe="a"), message(officer, dedupe="b")) == 2
    assert told(message(officer, dedupe="a")) == 0


def test_what_is_undone_was_never_told(officer):

    def tell_and_fail() -> None:
        with transaction.atomic():
            actions.tell([message(officer)], today=TODAY)
            raise RuntimeError

    with acting(make.system()), pytest.raises(RuntimeError):
        tell_and_fail()
    with acting(make.system()):
        assert Notice.objects.count() == 0


def test_a_message_has_exactly_one_receiver_and_an_unsent_one_says_why(officer):
    common = {
        "division": make.VILLAGE_A1,
        "channel": "sms",
        "template": "x",
        "template_version": 1,
        "title": "x",
        "body": "x",
        "made_at": now(),
    }
    with acting(make.system()):
        for values in (
            {"state": "queued"},
            {"state": "queued", "staff": officer, "person_id": make.new_id()},
            {"state": "unsent", "staff": officer},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Notice.objects.create(**common, **values)


def sms(**values) -> Message:
    return message(channel="sms", person_id=make.new_id(), **values)


def attempt_all() -> list[Notice]:
    with acting(make.system()):
        for notice in Notice.objects.filter(state="queued"):
            actions.attempt(notice.id)
            actions.attempt(notice.id)
        return list(Notice.objects.order_by("made_at", "id"))


def test_without_a_provider_a_text_message_is_recorded_and_the_log_says_so(officer):
    told(sms(address=Sealed.of("13800000001", "phone")), sms())
    first, second = attempt_all()
    states = {(notice.state, notice.reason[:8]) for notice in (first, second)}
    assert {state for state, _ in states} == {"recorded", "unsent"}
    with acting(make.system()):
        assert Attempt.objects.count() == 2, "a second attempt finds nothing to do"


def test_a_configured_channel_marks_it_sent(officer, monkeypatch):
    class Provider:
        def __init__(self):
            self.sent = []

        def send(self, *, key, address, title, body):
            self.sent.append((key, address))
            return Outcome("sent")

    provider = Provider()
    monkeypatch.setattr(actions, "channel_for", lambda name: provider)
    told(sms(address=Sealed.of("13800000001", "phone")))
    (notice,) = attempt_all()
    assert (notice.state, notice.reason) == ("sent", "")
    assert provider.sent == [(str(notice.id), "13800000001")]


def test_an_unsent_message_can_be_queued_again_by_whoever_may(officer):
    told(sms())
    (notice,) = attempt_all()
    clerk, officer_of_city = make.actor("village_clerk", make.VILLAGE_A1), make.actor("city_clerk", make.COUNTY)
    with acting(officer_of_city):
        actions.retry(notice_id=notice.id, by=officer_of_city, today=TODAY)
        with pytest.raises(Conflict):
            actions.retry(notice_id=notice.id, by=officer_of_city, today=TODAY)
        assert queries.log(state="queued", seen_by=officer_of_city).count() == 1
    with acting(make.system()), pytest.raises(NotAllowed):
        actions.retry(notice_id=notice.id, by=clerk, today=TODAY)


def test_a_confidential_message_is_in_no_log(officer):
    told(message(officer, is_confidential=True))
    boss = make.actor("section_chief", make.COUNTY)
    with acting(boss):
        assert queries.log(seen_by=boss).count() == 0


def test_the_pages_answer(officer):
    told(message(officer, url="/inbox"))
    client = Client()
    make.sign_in(client, make.user("reader", ("city_clerk", make.COUNTY), staff=officer))
    with acting(make.system()):
        notice = Notice.objects.get()
    assert "新事项" in client.get("/messages").content.decode()
    assert client.get("/messages/log?state=sent&channel=in_app").status_code == 200
    assert client.post(f"/messages/{notice.id}")["Location"] == "/inbox"
    assert client.post("/messages/read").status_code == 302
    assert client.get(f"/messages/{make.new_id()}").status_code == 404
