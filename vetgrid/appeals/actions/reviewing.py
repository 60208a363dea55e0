"""Do: reviews by the station above, with their hearings (信访工作条例 第三十五条、第三十六条)."""

from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.appeals import rules
from vetgrid.appeals.actions.acting import begin, finish, work_of
from vetgrid.appeals.actions.moving import OpinionText, answer_letter, relocate, required, restart, to_call_back
from vetgrid.appeals.limits import days_to_ask_review
from vetgrid.appeals.models import Appeal, Letter, Step
from vetgrid.core.actor import Actor
from vetgrid.core.errors import Conflict
from vetgrid.core.places import Level, ancestor
from vetgrid.orgs.models import Station
from vetgrid.work import actions as work


@transaction.atomic
def ask_review(*, appeal_id: UUID, reason: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """请求复查: within thirty days of the written answer; the station above takes it."""
    return _ask_again(
        "ask_review", appeal_id, reason, limit="appeal_review", step="复查", by=by, today=today, version=version
    )


@transaction.atomic
def ask_rereview(*, appeal_id: UUID, reason: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """请求复核: within thirty days of the review's answer."""
    return _ask_again(
        "ask_rereview", appeal_id, reason, limit="appeal_rereview", step="复核", by=by, today=today, version=version
    )


def _ask_again(
    move: str, appeal_id: UUID, reason: str, *, limit: str, step: str, by: Actor, today: date, version: int | None
) -> Appeal:
    moving = begin(appeal_id, move, by=by, today=today, version=version)
    required(reason=reason)
    appeal = moving.appeal
    reviewed = Step.objects.filter(appeal=appeal, move="review").order_by("-on").first()
    if move == "ask_review" and reviewed is not None:
        raise Conflict("这件诉求已经复查过。如仍不服,请在30日内请求复核。")
    if move == "ask_rereview" and reviewed is None:
        raise Conflict("还没有复查,不能直接请求复核。请先请求复查。")
    since = reviewed.on if move == "ask_rereview" and reviewed else appeal.answered_on
    if not rules.may_still_ask(since, days=days_to_ask_review(today), today=today):
        raise Conflict(
            f"已超过30日的期限,不能再请求{step}(信访工作条例第三十五条、第三十六条)。有新情况的,请另行登记。"
        )
    above = _station_above(appeal.station)
    origin = appeal.station
    restart(moving, above, limit=limit, step=f"{step}:调卷核实,起草意见")
    appeal.closed_on = None
    relocate(moving, above, sender=origin, today=today)
    return finish(moving, note=reason.strip(), fields=("closed_on",), station=origin)


def _station_above(station: Station) -> Station:
    """The next station upwards; the city centre reviews its own answers through another section (decision 0008)."""
    for level in (Level.TOWN, Level.COUNTY):
        code = ancestor(station.division, level)
        if code != station.division:
            found = Station.objects.filter(division=code, closed_on=None).exclude(kind="university").first()
            if found is not None:
                return found
    return station


@transaction.atomic
def give_review(
    *, appeal_id: UUID, text: OpinionText, by: Actor, today: date, is_final: bool = False, version: int | None = None
) -> Appeal:
    """复查答复 or 复核答复: the opinion of the station above; the final one ends the matter for good."""
    moving = begin(appeal_id, "rereview" if is_final else "review", by=by, today=today, version=version)
    required(facts=text.facts, law=text.law, answer=text.answer)
    appeal = moving.appeal
    answered_by = Step.objects.filter(appeal=appeal, move__in=("answer", "review")).order_by("-at").first()
    if answered_by is not None and answered_by.by == by.id:
        raise Conflict("作出原答复的人应当回避,不能复查自己的答复(信访工作条例第二十八条)。请由其他负责人办理。")
    kind = Letter.Kind.REREVIEW if is_final else Letter.Kind.REVIEW
    answer_letter(appeal, kind, text, by=by, today=today)
    appeal.handler_id = by.staff_id
    to_call_back(appeal, by=by, today=today, reason="复核答复" if is_final else "复查答复")
    return finish(moving, note=text.answer.strip(), fields=("handler",))


@transaction.atomic
def hold_hearing(*, appeal_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """举行听证: its time is not counted (第三十六条), so the clock pauses."""
    moving = begin(appeal_id, "hearing", by=by, today=today, version=version)
    required(note=note)
    work.pause_clock(work_of(moving.appeal), on=today, reason=f"听证:{note.strip()}", by=by, approver=by)
    return finish(moving, note=note.strip())


@transaction.atomic
def end_hearing(*, appeal_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """听证结束: the clock goes on."""
    moving = begin(appeal_id, "end_hearing", by=by, today=today, version=version)
    work.resume_clock(work_of(moving.appeal), on=today, reason=note.strip() or "听证结束", by=by)
    return finish(moving, note=note.strip())
