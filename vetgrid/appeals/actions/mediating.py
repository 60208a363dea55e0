"""Do: mediate between parties who all agreed to it, write the agreement, watch its performance, tell the routes that are left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from vetgrid.appeals import rules
from vetgrid.appeals.actions.registering import open_station
from vetgrid.appeals.kinds import MEDIATION, PERFORMANCE
from vetgrid.appeals.limits import court_days
from vetgrid.appeals.models import Agreement, Mediation, MediationSession, Mediator, Party, Performance
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.appeals.series import yearly
from vetgrid.appeals.states import MEDIATION as FLOW
from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.work import actions as work

ROUTES = "可以依法通过仲裁、行政、司法等途径维护权利(人民调解法第二十六条)。"


@dataclass(frozen=True)
class Terms:
    """An agreement: `performances` are (what, until when)."""

    content: str
    agreed_on: date
    is_oral: bool = False
    performances: Sequence[tuple[str, date]] = ()


@transaction.atomic
def apply(
    *,
    station_id: UUID,
    kind: str,
    category: str,
    title: str,
    facts: str,
    parties: Sequence[tuple[str, str]],
    by: Actor,
    today: date,
    appeal_id: UUID | None = None,
) -> Mediation:
    """申请调解: at least two parties (name, phone); each must still consent."""
    station = open_station(station_id)
    require(by, AppealsPermission.MEDIATE, at=station.division)
    named = [(name.strip(), phone.strip()) for name, phone in parties if name.strip()]
    found = {}
    if kind not in Mediation.Kind.values:
        found["kind"] = "请选择调解种类。"
    if category not in codes("appeal_category"):
        found["category"] = "请选择纠纷类别。"
    if not title.strip():
        found["title"] = "请用一句话概括纠纷。"
    if not facts.strip():
        found["facts"] = "请写明纠纷的经过和各方要求。"
    elif len(facts) > rules.MAX_TEXT:
        found["facts"] = f"内容太长({len(facts)}字),最多{rules.MAX_TEXT}字。"
    if len({name for name, _ in named}) < 2:
        found["parties"] = "请填写至少两方当事人。"
    if found:
        raise Invalid(fields=found)
    row = Mediation(
        division=station.division,
        station=station,
        number=yearly(station.division, "mediation", today.year),
        kind=kind,
        category=category,
        title=title.strip()[:80],
        facts=facts.strip(),
        appeal_id=appeal_id,
        applied_on=today,
        registered_by_name=by.name,
    )
    row.save(force_insert=True)
    for name, phone in named:
        Party(mediation=row, division=row.division, name=name[:60], phone=phone or None).save(force_insert=True)
    work.open_item(
        work.Opening(
            kind=MEDIATION.key,
            subject_id=row.id,
            title=f"{row.number} {row.title}",
            station=station,
            owner_id=by.staff_id,
            next_on=today + timedelta(days=3),
            next_step="征求各方当事人同意",
        ),
        by=by,
        today=today,
    )
    record(by, "appeals.apply_mediation", division=row.division, table="appeals_mediation", row=row.id)
    return row


def _locked(mediation_id: UUID, move: str = "", *, by: Actor) -> Mediation:
    row = Mediation.objects.select_for_update(of=("self",)).filter(pk=mediation_id).select_related("station").first()
    if row is None:
        raise NotFound("没有找到这件调解。它可能不在您的管辖范围内。")
    require(by, AppealsPermission.MEDIATE, at=row.division)
    if move:
        FLOW.after(row.state, move)
    return row


def _move(row: Mediation, move: str, *fields: str, by: Actor) -> None:
    row.state, row.version = FLOW.after(row.state, move), row.version + 1
    row.save(update_fields=["state", "version", *fields])
    record(by, f"appeals.{move}_mediation", division=row.division, table="appeals_mediation", row=row.id)


@transaction.atomic
def say(*, party_id: UUID, consents: bool, by: Actor, today: date) -> Mediation:
    """当事人表态: consent or refusal. One refusal ends it: nobody may be forced (人民调解法 第十一条、第二十三条)."""
    party = Party.objects.select_for_update().filter(pk=party_id).first()
    if party is None:
        raise NotFound()
    row = _locked(party.mediation_id, by=by)
    if row.state not in ("applied", "consented"):
        raise Conflict(f"现在的状态是“{FLOW.label(row.state)}”,不能再登记当事人的意见。")
    party.consented_on, party.refused_on = (today, None) if consents else (None, today)
    party.save(update_fields=["consented_on", "refused_on"])
    if not consents:
        _end(row, "decline", outcome="一方拒绝", by=by, today=today)
    else:
        record(by, "appeals.consent", division=row.division, table="appeals_party", row=party.id)
    return row


@transaction.atomic
def start(*, mediation_id: UUID, mediators: Sequence[str], is_chosen: bool, by: Actor, today: date) -> Mediation:
    """开始调解: refused while one party has not consented."""
    row = _locked(mediation_id, "start", by=by)
    silent = [party.name for party in row.parties.filter(consented_on=None)]
    if silent:
        raise Conflict(
            f"{'、'.join(silent)}还没有同意调解,不能开始:调解须各方当事人自愿(人民调解法第三条)。请先登记其意见。"
        )
    names = [name.strip() for name in mediators if name.strip()]
    if not names:
        raise Invalid(fields={"mediators": "请填写至少一名调解员。"})
    for name in names:
        Mediator(mediation=row, division=row.division, name=name[:40], is_chosen=is_chosen).save(force_insert=True)
    _next(row, today + timedelta(days=7), "组织调解")
    _move(row, "start", by=by)
    return row


def _next(row: Mediation, on: date, step: str) -> None:
    with lending("work", Places.only([row.division])):
        item = work.item_of(MEDIATION.key, row.id)
    work.set_next(item, next_on=on, next_step=step)


@transaction.atomic
def sit(*, mediation_id: UUID, on: date, place: str, text: str, by: Actor, today: date) -> MediationSession:
    """记录调解: one meeting."""
    row = _locked(mediation_id, "sit", by=by)
    found = {}
    if on > today or on < row.applied_on:
        found["on"] = "调解日期应在申请之后、今天或以前。"
    if not text.strip():
        found["text"] = "请写明调解情况。"
    if not place.strip():
        found["place"] = "请填写地点。"
    if found:
        raise Invalid(fields=found)
    session = MediationSession(
        mediation=row, division=row.division, on=on, place=place.strip()[:80], record=text.strip(), by_name=by.name
    )
    session.save(force_insert=True)
    _next(row, today + timedelta(days=7), "继续调解或形成协议")
    _move(row, "sit", by=by)
    return session


@transaction.atomic
def agree(*, mediation_id: UUID, terms: Terms, by: Actor, today: date) -> Agreement:
    """达成协议: written, or oral with a record; each thing to be done becomes a check with its own date."""
    row = _locked(mediation_id, "agree", by=by)
    found = {}
    if not terms.content.strip():
        found["content"] = "请写明协议内容;口头协议也要记录。"
    if terms.agreed_on > today or terms.agreed_on < row.applied_on:
        found["agreed_on"] = "协议日期应在申请之后、今天或以前。"
    if any(due < terms.agreed_on for _, due in terms.performances):
        found["performances"] = "履行期限不能早于协议日期。"
    if found:
        raise Invalid(fields=found)
    until = rules.court_window(terms.agreed_on, days=court_days(terms.agreed_on))
    agreement = Agreement(
        mediation=row,
        division=row.division,
        is_oral=terms.is_oral,
        content=terms.content.strip(),
        agreed_on=terms.agreed_on,
        confirm_until=until,
    )
    agreement.save(force_insert=True)
    for what, due in terms.performances:
        _watch(row, what, due, by=by, today=today)
    row.ended_on = terms.agreed_on
    nearest = rules.soonest([due for _, due in terms.performances], otherwise=max(today, until))
    _next(row, max(today, nearest), "检查履行情况")
    _move(row, "agree", "ended_on", by=by)
    return agreement


def _watch(row: Mediation, what: str, due: date, *, by: Actor, today: date) -> None:
    performance = Performance(mediation=row, division=row.division, what=what.strip()[:200], due_on=due)
    performance.save(force_insert=True)
    work.open_item(
        work.Opening(
            kind=PERFORMANCE.key,
            subject_id=performance.id,
            title=f"履行检查 {row.number} {performance.what}",
            station=row.station,
            owner_id=by.staff_id,
            next_on=max(due, today),
            next_step="检查是否履行",
        ),
        by=by,
        today=today,
    )


@transaction.atomic
def check_performance(*, performance_id: UUID, is_done: bool, note: str, by: Actor, today: date) -> Mediation:
    """履行检查: done, or not: then the failure branch tells the routes that are left."""
    performance = Performance.objects.select_for_update().filter(pk=performance_id).first()
    if performance is None:
        raise NotFound("没有找到这条履行检查。")
    row = _locked(performance.mediation_id, by=by)
    if performance.done_on is not None or performance.note:
        raise Conflict("这条履行检查已经登记过。")
    if not is_done and not note.strip():
        raise Invalid(fields={"note": "请写明没有履行的情况。"})
    performance.done_on, performance.note = today if is_done else None, note.strip()[:200] or "已履行"
    performance.save(update_fields=["done_on", "note"])
    with lending("work", Places.only([row.division])):
        item = work.item_of(PERFORMANCE.key, performance.id)
    work.close_item(item, outcome="已履行" if is_done else "未履行", by=by, today=today)
    if row.state == "agreed":
        if not is_done:
            _end(row, "break", outcome="未履行", by=by, today=today)
        elif not row.performances.filter(done_on=None).exists():
            _end(row, "perform", outcome="履行完毕", by=by, today=today)
    return row


@transaction.atomic
def perform(*, mediation_id: UUID, by: Actor, today: date) -> Mediation:
    """履行完毕: for agreements without dated performances."""
    row = _locked(mediation_id, "perform", by=by)
    waiting = row.performances.filter(done_on=None).count()
    if waiting:
        raise Conflict(f"还有{waiting}项履行检查没有登记,请逐项检查。")
    _end(row, "perform", outcome="履行完毕", by=by, today=today)
    return row


@transaction.atomic
def fail(*, mediation_id: UUID, by: Actor, today: date) -> Mediation:
    """终止调解: the parties are told the routes that are left."""
    row = _locked(mediation_id, "fail", by=by)
    _end(row, "fail", outcome="调解未成", by=by, today=today)
    return row


def _end(row: Mediation, move: str, *, outcome: str, by: Actor, today: date) -> None:
    if move != "perform":
        row.routes_told_on = today
    row.ended_on = row.ended_on or today
    with lending("work", Places.only([row.division])):
        item = work.item_of(MEDIATION.key, row.id)
    work.close_item(item, outcome=outcome, by=by, today=today)
    _move(row, move, "ended_on", "routes_told_on", by=by)


@transaction.atomic
def ask_confirmation(*, mediation_id: UUID, on: date, by: Actor, today: date) -> Agreement:
    """共同申请司法确认: both parties together, within thirty days (人民调解法 第三十三条)."""
    row = _locked(mediation_id, by=by)
    agreement = Agreement.objects.select_for_update().filter(mediation=row).first()
    if agreement is None:
        raise Conflict("还没有达成协议,不能申请司法确认。")
    if agreement.confirmation_asked_on is not None:
        raise Conflict("已经登记过申请司法确认。")
    if on > today or on < agreement.agreed_on:
        raise Invalid(fields={"on": "申请日期应在协议之后、今天或以前。"})
    if on > agreement.confirm_until:
        raise Conflict(
            f"协议生效之日起30日内可以共同申请,已于{agreement.confirm_until:%Y年%-m月%-d日}截止(人民调解法第三十三条)。"
            "一方不履行的,另一方可以向人民法院起诉。"
        )
    agreement.confirmation_asked_on = on
    agreement.save(update_fields=["confirmation_asked_on"])
    record(by, "appeals.ask_confirmation", division=row.division, table="appeals_agreement", row=agreement.id)
    return agreement


@transaction.atomic
def refer_to_court(*, mediation_id: UUID, court_number: str, by: Actor, today: date) -> Mediation:
    """移送巡回法庭: after refusal, failure or breach."""
    row = _locked(mediation_id, "refer", by=by)
    if not court_number.strip():
        raise Invalid(fields={"court_number": "请填写巡回法庭的收案编号或联系人。"})
    row.court_number, row.referred_on = court_number.strip()[:60], today
    _move(row, "refer", "court_number", "referred_on", by=by)
    return row
