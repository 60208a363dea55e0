"""Do: start, suspend, resume, stop awards and move them between counties; each act is a dated event with reason and article."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from vetgrid.audit.trail import record
from vetgrid.benefits import rules
from vetgrid.benefits.actions.persons import programme_of
from vetgrid.benefits.events import AwardChanged
from vetgrid.benefits.models import Award, AwardEvent, AwardPeriod, Decision
from vetgrid.benefits.states import AWARD
from vetgrid.benefits.telling import letter
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.events import announce
from vetgrid.core.places import Places
from vetgrid.core.ruling.months import label, month_on
from vetgrid.core.scope import lending
from vetgrid.notices.actions import tell
from vetgrid.registry.models import Person


@dataclass(frozen=True)
class Cause:
    """Why an award changes: in words, by which article, and from which source it is known."""

    reason: str
    article: str = ""
    source: str = ""


@dataclass(frozen=True)
class Approver:
    """Who approved, where it is another person than the one who acts."""

    id: UUID
    name: str


@dataclass(frozen=True)
class Paid:
    """What another county paid before this one took over: to which month, and how much a month."""

    until: int
    fen: int


def begin(
    *,
    person_id: UUID,
    division: int,
    programme: str,
    month: int,
    decision: Decision | None,
    cause: Cause,
    by: Actor,
    today: date,
    kind: str = "start",
    to_month: int | None = None,
    paid: Paid | None = None,
) -> Award:
    """Opens the award with its first event; called by actions that have checked the right. Raises Conflict for a second one."""
    if Award.objects.filter(person_id=person_id, programme=programme).exclude(state="stopped").exists():
        raise Conflict(f"这个人已有“{programme_of(programme).label}”在发放或暂停中,不能再开始一份。")
    award = Award(
        division=division, person_id=person_id, programme=programme, from_month=month, decision=decision, version=0
    )
    award.save(force_insert=True)
    add_event(award, kind, month, cause, by=by, today=today, paid=paid)
    if to_month is not None:
        add_event(award, "stop", to_month, Cause("一次性待遇,发放后结束。", cause.article), by=by, today=today)
    return award


@transaction.atomic
def change(
    *,
    award_id: UUID,
    move: str,
    month: int,
    cause: Cause,
    by: Actor,
    today: date,
    version: int | None = None,
) -> Award:
    """暂停、恢复、停发: from a month on. What was paid for months after a stop comes back as a recovery, what was not as arrears."""
    award = locked(award_id, move, by=by, version=version)
    wrong = _wrong(move, month, cause, award, today)
    if wrong:
        raise Invalid(fields=wrong)
    add_event(award, move, month, cause, by=by, today=today)
    _tell(award, move, month, cause.reason, today=today)
    return award


@transaction.atomic
def move_out(*, award_id: UUID, moved_on: date, cause: Cause, by: Actor, today: date) -> Award:
    """迁出: the old place pays to December, the new one from January."""
    award = locked(award_id, "move_out", by=by)
    if moved_on > today:
        raise Invalid(fields={"moved_on": "迁出日期不能在今天以后。"})
    add_event(award, "move_out", rules.move_month(moved_on), cause, by=by, today=today)
    return award


def locked(award_id: UUID, move: str, *, by: Actor, version: int | None = None) -> Award:
    """The award, locked, where the mover may and the state allows."""
    division = Award.objects.filter(pk=award_id).values_list("division", flat=True).first()
    if division is None:
        raise NotFound("没有找到这份待遇。它可能不在您的管辖范围内。请返回列表重新查找。")
    require(by, AWARD.move(move).permission, at=division)
    with lending("benefits", Places.only([division])):
        award = Award.objects.select_for_update().get(pk=award_id)
    if version is not None and version != award.version:
        raise Conflict("这份待遇刚被他人办理过,您的操作没有保存。请刷新页面,看过最新情况再办理。")
    AWARD.after(award.state, move)
    return award


def add_event(
    award: Award,
    kind: str,
    month: int,
    cause: Cause,
    *,
    by: Actor,
    today: date,
    approver: Approver | None = None,
    is_recorded: bool = True,
    paid: Paid | None = None,
) -> AwardEvent:
    """Writes the event and makes state and periods anew; the place is lent because reactions act across places."""
    with lending("benefits", Places.only([award.division])):
        last = AwardEvent.objects.filter(award=award).aggregate(last=Max("number"))["last"] or 0
        event = AwardEvent(
            division=award.division,
            award=award,
            number=last + 1,
            kind=kind,
            month=month,
            on=today,
            reason=cause.reason.strip()[:500],
            article=cause.article[:120],
            source=cause.source,
            paid_until=paid.until if paid else None,
            paid_fen=paid.fen if paid else None,
            by=by.id,
            by_name=by.name[:80],
            approver=approver.id if approver else None,
            approver_name=approver.name[:80] if approver else "",
            at=now(),
        )
        event.save(force_insert=True)
        project(award)
    announce(AwardChanged(award.id, award.person_id, award.division, award.programme), by=by, today=today)
    if is_recorded:
        record(
            by,
            f"benefits.{kind}",
            division=award.division,
            table="benefits_award",
            row=award.id,
            person=award.person_id,
            reason=cause.reason,
            detail={"month": label(month), "programme": award.programme},
        )
    return event


def project(award: Award) -> None:
    """State, months and payable periods from the events."""
    changes = [
        rules.Change(kind, month)
        for kind, month in AwardEvent.objects.filter(award=award).order_by("number").values_list("kind", "month")
    ]
    periods = rules.payable(changes)
    ends = [change.month for change in changes if change.kind in ("stop", "move_out")]
    award.state = rules.state_after(changes)
    award.from_month = min(change.month for change in changes if change.kind in ("start", "move_in"))
    award.to_month = min(ends) if ends else None
    award.version += 1
    award.save(update_fields=["state", "from_month", "to_month", "version"])
    AwardPeriod.objects.filter(award=award).delete()
    for start, end in periods:
        AwardPeriod(division=award.division, award=award, from_month=start, to_month=end).save(force_insert=True)


def _wrong(move: str, month: int, cause: Cause, award: Award, today: date) -> dict[str, str]:
    wrong = {}
    if not cause.reason.strip():
        wrong["reason"] = "请写明理由,当事人会看到。"
    if month < award.from_month:
        wrong["month"] = f"这份待遇从{label(award.from_month)}起发放,不能早于这个月。"
    if month > month_on(today) + 12:
        wrong["month"] = "月份不能晚于一年以后。"
    if move in ("suspend", "stop") and not cause.article.strip():
        wrong["article"] = "请写明依据的条款。"
    if move == "resume":
        since = AwardEvent.objects.filter(award=award, kind="suspend").order_by("-number").first()
        if since is None:
            wrong["month"] = "这份待遇因逾期未确认而暂停,请办理年度确认,确认后自动恢复并补发。"
        elif month < since.month:
            wrong["month"] = f"从{label(since.month)}起暂停,恢复不能早于这个月。"
    return wrong


def _tell(award: Award, move: str, month: int, reason: str, *, today: date) -> None:
    """A plain message to the person: what changed, from when and why."""
    values = {
        "programme": programme_of(award.programme).label,
        "move": AWARD.move(move).label,
        "month": label(month),
        "reason": reason.strip(),
    }
    person = Person.objects.filter(pk=award.person_id).first()
    if person is not None:
        tell(letter(person, "benefit_changed", values), today=today)
