"""What is open on the demo's day: cards in the drawers, applications that wait, replacements at every stage; each with owner and clock."""

from datetime import date, timedelta

from vetgrid.cards import policy
from vetgrid.cards.demo.county import County, Rows
from vetgrid.cards.demo.finished import void
from vetgrid.cards.kinds import APPLICATION as ITEM
from vetgrid.cards.models import Application, Card, Step
from vetgrid.cards.series import application_text
from vetgrid.orgs.models import Station
from vetgrid.registry.models import Person
from vetgrid.work.calendars import calendar_of
from vetgrid.work.limits import limit_for
from vetgrid.work.models import Clock, ClockEvent, WorkItem
from vetgrid.work.rules import Calendar, Tick, read

NEW = (
    ("submitted", 9, 0),
    ("returned", 4, 6),
    ("refused", 5, 40),
    ("withdrawn", 3, 60),
)
"""First applications that were never accepted: (state, how many, days ago)."""
WAITING = sum(count for _, count, _ in NEW) + 8
STAGES = (
    ("submitted", 3, 2, "lost"),
    ("returned", 2, 9, "data"),
    ("accepted", 3, 4, "lost"),
    ("verified", 2, 6, "data"),
    ("reviewed", 5, 16, "lost"),
    ("city_passed", 3, 22, "data"),
    ("filed", 3, 12, "lost"),
    ("bank_passed", 3, 8, "data"),
)
"""Replacements on their way: (state, how many, days since it stands there, reason)."""
PAUSED, LOST = 3, 4
_LIMITS = {
    "submitted": ("card_accept", "审查材料和照片,决定受理"),
    "returned": ("card_correct", "通知补正"),
    "accepted": ("card_verify", "核实身份和证件类别"),
    "verified": ("card_verify", "县级初审"),
    "reviewed": ("card_review", "等待市审核、省备案结果"),
    "city_passed": ("card_review", "等待省备案结果"),
    "filed": ("", "等待银行审核结果"),
    "bank_passed": ("", "等待制卡清单"),
}
_ORDER = ("accepted", "verified", "reviewed", "city_passed", "filed", "bank_passed")


def make(place: County, rows: Rows, people: list[tuple[Person, str]]) -> None:
    calendar = calendar_of(place.code)
    living = [pair for pair in people if not pair[0].died_on and not pair[0].left_on]
    for state, count, ago in NEW:
        for _ in range(count):
            person, kind = living.pop()
            one = _application(place, rows, person, kind, state, place.today - timedelta(days=ago))
            if state in ("submitted", "returned"):
                _item(place, rows, one, one.station, *_LIMITS[state], one.stage_on, calendar)
    _in_the_drawers(place, rows, calendar)
    _replacements(place, rows, calendar)


def _in_the_drawers(place: County, rows: Rows, calendar: Calendar) -> None:
    """Every card that lies at a station has its item: the clock of issuing ran from the counting on."""
    waiting = {card.application_id: card for card in rows.cards if card.state in ("held", "handed_up")}
    for one in rows.applications:
        card = waiting.get(one.id)
        if card is not None and one.state == "made" and card.received_on is not None:
            step = "联系持证人,发放" if card.unissued_reason == "waiting" else "再次联系持证人"
            if card.state == "handed_up":
                _item(place, rows, one, place.centre, "", "上报省级中心,保管证卡", card.stage_on, calendar)
            else:
                _item(place, rows, one, one.station, "card_issue", step, card.received_on, calendar)


def _replacements(place: County, rows: Rows, calendar: Calendar) -> None:
    held = {row.old_card_id for row in rows.applications if row.old_card_id}
    free = [
        card
        for card in rows.cards
        if card.state == "issued" and card.id not in held and not card.is_reissue and not card.person.left_on
    ]
    chosen = place.dice.sample(free, sum(count for _, count, _, _ in STAGES) + PAUSED + LOST)
    for state, count, ago, reason in STAGES:
        for _ in range(count):
            _replacement(place, rows, chosen.pop(), state, place.today - timedelta(days=ago), reason, calendar)
    for card in chosen[:PAUSED]:
        card.state, card.paused_until = "paused", place.today + timedelta(days=6)
        card.stage_on = place.today - timedelta(days=9)
    for card in chosen[PAUSED:]:
        card.state, card.lost_on = "lost", place.today - timedelta(days=4)
        card.stage_on = card.lost_on


def _replacement(
    place: County, rows: Rows, old: Card, state: str, since: date, reason: str, calendar: Calendar
) -> None:
    one = _application(place, rows, old.person, old.kind, state, since, old_card=old, reason=reason)
    if state in _ORDER:
        void(old, reason, one.accepted_on or since)
        rows.steps.append(_step(place, one, "accept", "submitted", "accepted", one.accepted_on or since))
    elif reason == "lost":
        old.state, old.lost_on, old.stage_on = "lost", since - timedelta(days=3), since - timedelta(days=3)
    limit, step = _LIMITS[state]
    at = one.station if state in ("submitted", "returned") else place.centre
    started = one.reviewed_on if limit == "card_review" and one.reviewed_on else since
    _item(place, rows, one, at, limit, step, started, calendar)


def _application(
    place: County,
    rows: Rows,
    person: Person,
    kind: str,
    state: str,
    since: date,
    *,
    old_card: Card | None = None,
    reason: str = "",
) -> Application:
    far = _ORDER.index(state) if state in _ORDER else -1
    submitted = since - timedelta(days=12 * (far + 1) if far >= 0 else 0 if state == "submitted" else 4)
    station = place.town(person.division)
    is_over = state in ("refused", "withdrawn")
    is_photo = state == "returned"
    one = Application(
        id=place.key(),
        division=person.division,
        number=application_text(submitted.year, place.next(f"application-{submitted.year}")),
        purpose=Application.Purpose.REPLACEMENT if old_card else Application.Purpose.FIRST,
        person=person,
        id_index=person.id_index,
        name=person.name,
        kind=kind,
        identities=kind,
        channel="counter",
        register_province="35",
        province="35",
        bank=old_card.bank if old_card else place.dice.choice(("icbc", "abc", "psbc")),
        materials=list(policy.materials_for(kind=kind, speaker="self")),
        grounds=["in_custody"] if state == "refused" else [],
        replace_reason=reason,
        old_card=old_card,
        station=station,
        state=state,
        stage_on=since,
        submitted_on=submitted,
        accepted_on=submitted + timedelta(days=2) if far >= 0 else None,
        reviewed_on=submitted + timedelta(days=12) if far >= 2 else None,
        filed_on=since if far >= 4 else None,
        closed_on=since if is_over else None,
        reason="hard" if state == "refused" else "photo" if is_photo else "",
        note="判决书已核。" if state == "refused" else "背景有阴影,请重拍。" if is_photo else "",
        is_photo_good=far >= 0,
        registered_at=place.moment(submitted),
        registered_by_name=place.officer(station).name,
    )
    rows.applications.append(one)
    rows.steps.append(_step(place, one, "apply", "", "submitted", submitted))
    if state != "submitted":
        move = {"returned": "return", "refused": "refuse", "withdrawn": "withdraw"}.get(state)
        if move:
            rows.steps.append(_step(place, one, move, "submitted", state, since))
    return one


def _step(place: County, one: Application, move: str, before: str, after: str, on: date) -> Step:
    return Step(
        id=place.key(),
        application=one,
        division=one.division,
        move=move,
        from_state=before,
        to_state=after,
        on=on,
        at=place.moment(on),
        by_name=one.registered_by_name,
        note=one.note if move in ("return", "refuse") else "",
    )


def _item(
    place: County,
    rows: Rows,
    one: Application,
    station: Station,
    limit_key: str,
    next_step: str,
    since: date,
    calendar: Calendar,
) -> None:
    owners = place.officers[station.division]
    owner = place.dice.choice(owners)
    item = WorkItem(
        id=place.key(),
        division=station.division,
        kind=ITEM.key,
        subject_id=one.id,
        title=f"{one.number} {one.name} {one.get_purpose_display()}",
        station=station,
        owner=owner,
        deputy=next((other for other in owners if other.id != owner.id), None),
        opened_on=one.submitted_on,
        next_on=max(place.today, since + timedelta(days=3)),
        next_step=next_step,
    )
    rows.items.append(item)
    if not limit_key:
        return
    limit = limit_for(limit_key, on=since)
    tick = Tick("start", since, limit.days, limit.unit)
    reading = read([tick], calendar)
    item.clock_state, item.due_on, item.is_provisional = reading.state, reading.due_on, reading.is_provisional
    clock = Clock(
        id=place.key(),
        division=item.division,
        item=item,
        limit=limit_key,
        started_on=since,
        state=reading.state,
        due_on=reading.due_on,
        is_provisional=reading.is_provisional,
    )
    rows.clocks.append(clock)
    rows.events.append(
        ClockEvent(
            id=place.key(),
            division=item.division,
            clock=clock,
            number=1,
            kind="start",
            on=since,
            days=limit.days,
            unit=limit.unit,
            article=limit.article,
            reason="清点入站" if limit_key == "card_issue" else "进入本环节",
            by=place.by.id,
            by_name=owner.name,
            at=place.moment(since),
        )
    )
