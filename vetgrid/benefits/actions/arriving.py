"""Do: take over what somebody received in another county: that one pays the year of the move, this one from the next January.

The other county's own word on the month it paid until decides where this county takes over, so that no month is paid twice; months
that it still owes are named in the event and become an item, so that none is lost.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.benefits import rules
from vetgrid.benefits.actions.applying import unmet
from vetgrid.benefits.actions.awarding import Cause, Paid, begin
from vetgrid.benefits.actions.deciding import Asked, decide_many
from vetgrid.benefits.actions.facts import Stated, add, close
from vetgrid.benefits.actions.persons import locked_person, programme_of
from vetgrid.benefits.events import FactsKnown
from vetgrid.benefits.kinds import GAP
from vetgrid.benefits.models import Award, BenefitFact
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.telling import Task, answering, contacts_of, hand_to_contact, letter, stations
from vetgrid.core.actor import Actor, require
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.events import announce
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.ruling.months import iso, label, month_on, read_month
from vetgrid.core.ruling.vocabulary import yuan
from vetgrid.core.scope import lending
from vetgrid.notices.actions import tell
from vetgrid.registry.models import Person

_ARTICLE = "烈士褒扬条例(2024)第二十二条(其他对象参照)"


@dataclass(frozen=True)
class Transfer:
    """What the other county's letter says: since when he is gone from there, to which month it paid, and how much a month."""

    programme: str
    moved_on: date
    from_place: str
    paid_until: int
    paid_fen: int
    document: str


@transaction.atomic
def move_in(*, person_id: UUID, transfer: Transfer, by: Actor, today: date) -> Award:
    """迁入接续: the fact of the move, a decision for the first month that this county pays, and the award from it on."""
    person = locked_person(person_id)
    require(by, BenefitsPermission.DECIDE, at=person.division)
    programme = programme_of(transfer.programme)
    wrong = _wrong(transfer, today=today)
    if programme.frequency != "monthly":
        wrong["programme"] = "只有按月发放的待遇才能接续;一次性和年度待遇请登记申请。"
    if wrong:
        raise Invalid(fields=wrong)
    month = rules.takeover_month(transfer.moved_on, paid_until=transfer.paid_until)
    _know_the_move(person, transfer, by=by)
    decision = decide_many([Asked(person.id, person.division, programme.key, month)], by=by, today=today)[0]
    if decision.amount_fen <= 0:
        reasons = "".join(unmet(decision.receipt)) or "按现有事实和标准,这个月没有应发金额。"
        raise Conflict(f"按本地的规则不符合条件,不能接续:{reasons}请补充事实后再试。")
    gap = rules.owed_by_the_old_place(transfer.moved_on, paid_until=transfer.paid_until)
    award = begin(
        person_id=person.id,
        division=person.division,
        programme=programme.key,
        month=month,
        decision=decision,
        cause=Cause(_reason(transfer, month, gap), _ARTICLE, "transfer"),
        by=by,
        today=today,
        kind="move_in",
        paid=Paid(transfer.paid_until, transfer.paid_fen),
    )
    if gap is not None:
        _claim_the_gap(person, transfer, gap, by=by, today=today)
    values = {"programme": programme.label, "move": "由本地接续发放", "month": label(month), "reason": "户籍迁入"}
    tell(letter(person, "benefit_changed", values), today=today)
    announce(FactsKnown(person.id, person.division), by=by, today=today)
    record(
        by,
        "benefits.move_in",
        division=person.division,
        table="benefits_award",
        row=award.id,
        person=person.id,
        reason=transfer.document,
        detail={"programme": programme.key, "paid_until": iso(transfer.paid_until), "from": iso(month)},
    )
    return award


def _wrong(transfer: Transfer, *, today: date) -> dict[str, str]:
    wrong = {}
    if transfer.moved_on > today:
        wrong["moved_on"] = "迁入日期不能在今天以后。"
    if not 2011 * 12 + 7 <= transfer.paid_until <= month_on(today) + 12:
        wrong["paid_until"] = "月份应在2011年8月以后、一年之内。请核对转移证明。"
    if transfer.paid_fen < 0:
        wrong["paid_fen"] = "金额不能是负数。"
    if not transfer.from_place.strip():
        wrong["from_place"] = "请写明从哪个县(市、区)迁来。"
    if not transfer.document.strip():
        wrong["document"] = "请写明转移证明的名称和文号。"
    return wrong


def _know_the_move(person: Person, transfer: Transfer, *, by: Actor) -> None:
    """The month of the move as a fact. Somebody who had left and comes back keeps his years away in a fact of their own."""
    moved = month_on(transfer.moved_on)
    note = f"由{transfer.from_place.strip()}迁入,{transfer.document.strip()}"
    values: dict[str, object] = {"moved_in": iso(moved)}
    since: int | None = None
    with lending("benefits", Places.only([person.division])):
        facts = list(BenefitFact.objects.filter(person=person, group="residence", known_until=None))
        for fact in facts:
            known = str(fact.values.get("moved_in", ""))
            if known and read_month(known) == moved:
                return
            if known:
                raise Conflict(
                    f"已登记{label(read_month(known))}迁入。同一次迁移请填同一个日期;登记有误的,请先更正待遇事实。"
                )
        for fact in facts:
            close(fact)
            if "domicile" in fact.values:
                values["domicile"] = fact.values["domicile"]
            if "moved_out" in fact.values:
                since = moved
                before = Stated("residence", {}, fact.from_month or None, moved, fact.source, fact.note)
                add(person, before, fact.values, by=by)
        add(person, Stated("residence", {}, since, None, "police", note), values, by=by)


def _reason(transfer: Transfer, month: int, gap: tuple[int, int] | None) -> str:
    text = (
        f"由{transfer.from_place.strip()}迁入,原地按月{yuan(transfer.paid_fen)}发放至{label(transfer.paid_until)},"
        f"本地从{label(month)}起接续({transfer.document.strip()})"
    )
    return text + (f";{label(gap[0])}至{label(gap[1])}应由原地补发" if gap else "")


def _claim_the_gap(person: Person, transfer: Transfer, gap: tuple[int, int], *, by: Actor, today: date) -> None:
    """What the old place has not paid yet of its own months: somebody here helps him to get it."""
    station = answering(person.division, stations(Places.of([ancestor(person.division, Level.COUNTY)])))
    if station is None:
        return
    contact = contacts_of([person.id], places=Places.of([ancestor(person.division, Level.COUNTY)]))
    title = f"{person.name}:{label(gap[0])}至{label(gap[1])}的{programme_of(transfer.programme).label}由原地补发"
    task = Task(GAP.key, person.id, title[:200], f"与{transfer.from_place.strip()}联系,取得补发的答复"[:200])
    hand_to_contact(
        task,
        division=person.division,
        station=station,
        contact=contact.get(person.id, (None, None)),
        by=by,
        today=today,
    )
