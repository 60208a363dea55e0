"""What the mini-program keeps of each town: accounts, requests, answers, visits."""

from typing import Any

from django.utils import timezone

from tests import builders as make
from tests.scope.world.marks import DAY, IDS, PHONES
from vetgrid.citizens import models as citizens
from vetgrid.citizens.policy import policy as citizens_policy
from vetgrid.citizens.rules import Question, schema_of
from vetgrid.core.crypto import blind
from vetgrid.core.models import Answer
from vetgrid.employment import models as employment
from vetgrid.notices import models as notices
from vetgrid.visits import models as visits


def citizens_of(mark: str, things: dict[str, Any]) -> dict[str, Any]:
    """What the mini-program, visits and jobs keep of one town."""
    person, by, now = things["person"], make.system().id, timezone.now()
    scoped: dict[str, Any] = {"division": person.division}
    found: dict[str, Any] = {}
    account = citizens.Account.objects.create(
        phone=PHONES[mark],
        phone_index=blind(PHONES[mark], "phone"),
        made_at=now,
        privacy_version=citizens_policy().privacy_version,
        **scoped,
    )
    found["account"] = account
    found["citizen_session"] = citizens.CitizenSession.objects.create(
        account=account,
        token_hash=f"{mark}c".encode(),
        way="sms",
        started_at=now,
        last_seen_at=now,
        address="1.1.1.1",
        agent=mark,
        **scoped,
    )
    found["code"] = citizens.SmsCode.objects.create(
        phone_index=account.phone_index, code_hash=b"x", sent_at=now, expires_at=now, **scoped
    )
    found["attempt_to_sign_in"] = citizens.Attempt.objects.create(kind="code_phone", key=b"x", at=now, **scoped)
    found["binding"] = citizens.Binding.objects.create(
        account=account, person=person, way="facts", bound_at=now, proof_note=mark, **scoped
    )
    found["binding_request"] = citizens.BindingRequest.objects.create(
        account=account,
        person=person,
        name=f"{mark}老兵",
        id_number=IDS[mark],
        second_fact_kind="discharge_year",
        second_fact=mark,
        reason="fact",
        asked_at=now,
        **scoped,
    )
    found["authority"] = citizens.Authority.objects.create(
        person=person,
        helper_name=f"{mark}家属",
        helper_phone=PHONES[mark],
        helper_index=blind(PHONES[mark], "phone"),
        relation="child",
        from_on=DAY,
        to_on=make.TODAY.replace(year=2024),
        proof_note=mark,
        recorded_by=by,
        recorded_by_name=mark,
        recorded_at=now,
        **scoped,
    )
    found["assisted"] = citizens.AssistedAct.objects.create(
        person=person, act="file.confirm", label=mark, by=by, by_name=mark, at=now, **scoped
    )
    question = Question("q1", f"{mark}题目", "text")
    found["campaign"] = citizens.Campaign.objects.create(
        title=f"{mark}采集",
        form=schema_of(mark, [question]),
        opens_on=DAY,
        closes_on=make.TODAY,
        state="open",
        made_by_name=mark,
        made_at=now,
        **scoped,
    )
    found["reply"] = citizens.Reply.objects.create(
        campaign=found["campaign"], person=person, values=f'{{"q1": "{mark}"}}', state="sent", saved_at=now, **scoped
    )
    found["answer"] = Answer.objects.create(
        owner=account.id,
        key=mark,
        request_digest=mark,
        http_code=200,
        content=mark,
        made_at=now,
        expires_at=now,
        **scoped,
    )
    found["visit_paid"] = visits.Visit.objects.create(
        client_id=make.new_id(),
        digest=mark,
        person=person,
        staff=things["staff"],
        visited_at=now,
        way="home",
        text=mark,
        base_version=1,
        recorded_by=by,
        recorded_by_name=mark,
        recorded_at=now,
        **scoped,
    )
    found["told"] = notices.Notice.objects.create(
        person_id=person.id,
        channel="in_app",
        template="correction_decided",
        template_version=1,
        title=f"{mark}通知",
        body=mark,
        made_at=now,
        state="sent",
        **scoped,
    )
    public: dict[str, Any] = {"division": make.COUNTY}
    found["story"] = notices.Story.objects.create(
        kind="story", title="公开", body="公开", published_on=DAY, by_name="公开", **public
    )
    found["vacancy"] = employment.Vacancy.objects.create(
        title="公开", employer="公开", published_on=DAY, closes_on=make.TODAY, **public
    )
    found["fair"] = employment.Fair.objects.create(title="公开", place="公开", on=make.TODAY, **public)
    return found
