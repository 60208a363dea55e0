"""Do: take a question, route it to a specialist, answer it with clauses, make a matter or an FAQ entry of it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.appeals.actions.registering import open_station, person_in_reach, register, tell_person
from vetgrid.appeals.kinds import CONSULTATION
from vetgrid.appeals.models import Appeal, Consultation
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.appeals.rules import Registration
from vetgrid.appeals.series import yearly
from vetgrid.appeals.states import CONSULTATION as FLOW
from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.models import Station
from vetgrid.policies import actions as policies
from vetgrid.policies.queries import clauses as clauses_by_id
from vetgrid.work import actions as work


@transaction.atomic
def ask(
    *,
    station_id: UUID,
    question: str,
    channel: str,
    by: Actor,
    today: date,
    person_id: UUID | None = None,
    asker: str = "",
    phone: str = "",
) -> Consultation:
    """登记咨询: with an owner and a clock of two working days (as data)."""
    station: Station = open_station(station_id)
    require(by, AppealsPermission.REGISTER, at=station.division)
    found = {}
    if not question.strip():
        found["question"] = "请写明要咨询的问题。"
    elif len(question) > 1000:
        found["question"] = f"问题太长({len(question)}字),最多1000字。"
    if channel not in Appeal.Channel.values:
        found["channel"] = "请选择咨询渠道。"
    if found:
        raise Invalid(fields=found)
    person = person_in_reach(person_id, by=by) if person_id else None
    row = Consultation(
        division=station.division,
        station=station,
        number=yearly(station.division, "consultation", today.year),
        channel=channel,
        question=question.strip(),
        person=person,
        asker=person.name if person else asker.strip()[:40],
        phone=phone.strip() or (person.phone if person else None),
        asked_on=today,
        registered_by_name=by.name,
        registered_at=now(),
    )
    with lending("appeals", Places.only([station.division])):
        row.save(force_insert=True)
    work.open_item(
        work.Opening(
            kind=CONSULTATION.key,
            subject_id=row.id,
            title=f"{row.number} {row.question}",
            station=station,
            owner_id=by.staff_id,
            next_on=today,
            next_step="查政策库,答复",
            limit="consultation",
        ),
        by=by,
        today=today,
    )
    record(by, "appeals.ask", division=row.division, table="appeals_consultation", row=row.id, person=row.person_id)
    return row


def _locked(consultation_id: UUID, move: str, *, by: Actor, version: int | None) -> Consultation:
    row = (
        Consultation.objects.select_for_update(of=("self",))
        .filter(pk=consultation_id)
        .select_related("station")
        .first()
    )
    if row is None:
        raise NotFound("没有找到这条咨询。它可能不在您的管辖范围内。")
    require(by, FLOW.move(move).permission, at=row.division)
    FLOW.after(row.state, move)
    if version is not None and version != row.version:
        raise Conflict("这条咨询刚刚被别人办理过,您的操作没有保存。请刷新后再办理。")
    return row


@transaction.atomic
def route(*, consultation_id: UUID, staff_id: UUID, by: Actor, today: date) -> Consultation:
    """转给专人: the item gets another owner; the clock runs on."""
    row = _locked(consultation_id, "route", by=by, version=None)
    with lending("work", Places.only([row.division])):
        item = work.item_of(CONSULTATION.key, row.id)
        work.hand_over(item_ids=[item.id], to_staff=staff_id, reason=f"请解答咨询{row.number}", by=by, today=today)
    record(by, "appeals.route", division=row.division, table="appeals_consultation", row=row.id)
    return row


@transaction.atomic
def answer(
    *, consultation_id: UUID, text: str, clause_ids: Sequence[UUID], by: Actor, today: date, version: int | None = None
) -> Consultation:
    """答复: with the clauses it rests on; the asker gets the text."""
    row = _locked(consultation_id, "answer", by=by, version=version)
    if not text.strip():
        raise Invalid(fields={"answer": "请写明答复内容。"})
    if len(text) > 2000:
        raise Invalid(fields={"answer": f"答复太长({len(text)}字),最多2000字。"})
    found = clauses_by_id(list(clause_ids), seen_by=by)
    if len(found) != len(set(clause_ids)):
        raise Invalid(fields={"clauses": "引用的条款中有的已不存在,请重新从政策库选择。"})
    row.answer, row.clauses = text.strip(), [str(clause.id) for clause in found]
    row.state, row.answered_on, row.answered_by_name = FLOW.after(row.state, "answer"), today, by.name
    row.version, row.handler_id = row.version + 1, by.staff_id
    row.save(update_fields=["handler", "answer", "clauses", "state", "answered_on", "answered_by_name", "version"])
    with lending("work", Places.only([row.division])):
        item = work.item_of(CONSULTATION.key, row.id)
    work.close_item(item, outcome="已答复", by=by, today=today)
    if row.person is not None:
        values = {"number": row.number, "answer": row.answer[:200]}
        tell_person("consultation_answered", row.person, values, division=row.division, today=today)
    record(by, "appeals.answer_consultation", division=row.division, table="appeals_consultation", row=row.id)
    return row


@transaction.atomic
def raise_matter(*, consultation_id: UUID, category: str, title: str, by: Actor, today: date) -> Appeal:
    """转为诉求: what needs doing and not only explaining becomes an appeal; nothing is typed twice."""
    row = _locked(consultation_id, "raise", by=by, version=None)
    asked = Registration(
        kind=Appeal.Kind.CLAIM,
        channel=row.channel,
        category=category,
        title=title.strip() or row.question[:60],
        text=row.question,
        received_on=row.asked_on,
        applicant=row.asker or "咨询人",
        phone=row.phone.reveal() if row.phone else "",
        source_number=row.number,
    )
    appeal = register(asked, station_id=row.station_id, person_id=row.person_id, by=by, today=today)
    row.state, row.appeal_id, row.version = FLOW.after(row.state, "raise"), appeal.id, row.version + 1
    row.save(update_fields=["state", "appeal_id", "version"])
    with lending("work", Places.only([row.division])):
        item = work.item_of(CONSULTATION.key, row.id)
    work.close_item(item, outcome=f"转为{appeal.number}", by=by, today=today)
    return appeal


@transaction.atomic
def propose_faq(*, consultation_id: UUID, by: Actor, today: date) -> UUID:
    """推荐为常见问答: a good answer, reviewed by somebody else before it is published."""
    row = Consultation.objects.select_for_update(of=("self",)).filter(pk=consultation_id).first()
    if row is None:
        raise NotFound()
    require(by, AppealsPermission.CONSULT, at=row.division)
    if row.state != "answered" or row.faq_id is not None:
        raise Conflict("只有已答复、还没有推荐过的咨询可以推荐为常见问答。")
    faq = policies.propose_faq(
        question=row.question, answer=row.answer, clause_ids=[UUID(key) for key in row.clauses], by=by, today=today
    )
    row.faq_id = faq.id
    row.save(update_fields=["faq_id"])
    record(by, "appeals.propose_faq", division=row.division, table="appeals_consultation", row=row.id)
    return faq.id
