"""Finished appeals of five years: steps, work items with their clocks, ratings."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from vetgrid.appeals import rules
from vetgrid.appeals.demo.drawing import County
from vetgrid.appeals.models import Appeal, Band, Rating, RatingTicket, Step
from vetgrid.core.bulk import insert
from vetgrid.core.clock import CHINA
from vetgrid.files.store import digest_of
from vetgrid.orgs.models import Staff
from vetgrid.work.limits import limit_for
from vetgrid.work.models import Clock, ClockEvent, WorkItem
from vetgrid.work.rules import Tick, read

CLOSED, SOLVED = 860, 63
_CHANNELS = ("counter", "counter", "counter", "phone", "phone", "letter", "home_visit", "hotline", "mini_program")


@dataclass
class Rows:
    """Rows of finished appeals, collected before they go to the database."""

    appeals: list[Appeal] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    items: list[WorkItem] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    events: list[ClockEvent] = field(default_factory=list)
    tickets: list[RatingTicket] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)


def finished_appeals(place: County) -> None:
    rows = Rows()
    solved = set(place.dice.sample(range(CLOSED), SOLVED))
    for at in range(CLOSED):
        _finished_appeal(place, rows, is_solved=at in solved)
    for collected in (
        rows.appeals,
        rows.steps,
        rows.bands,
        rows.items,
        rows.clocks,
        rows.events,
        rows.tickets,
        rows.ratings,
    ):
        insert(collected)


def _finished_appeal(place: County, rows: Rows, *, is_solved: bool) -> None:
    dice, person = place.dice, place.dice.choice(place.people)
    station, matter = place.station_for(person), place.dice.choice(place.matters)
    received = place.day(last=place.today - timedelta(days=90))
    accepted = received + timedelta(days=dice.randint(0, 12))
    answered = accepted + timedelta(days=dice.randint(5, 58))
    closed = min(answered + timedelta(days=dice.randint(1, 9)), place.today)
    owner = dice.choice(place.owners[station.division])
    is_suggestion = matter["category"] == "policy"
    appeal = Appeal(
        id=place.key(),
        division=station.division,
        origin=station.division,
        station=station,
        origin_station=station,
        number=place.number("appeal", received.year),
        kind="suggestion" if is_suggestion else "claim",
        channel=(channel := dice.choice(_CHANNELS)),
        source_number=f"12345-{dice.randrange(10**8):08d}" if channel == "hotline" else "",
        category=matter["category"],
        title=matter["title"],
        text=matter["text"],
        wish=matter["wish"],
        person=person,
        applicant=person.name,
        phone=person.phone,
        state="closed",
        received_on=received,
        accepted_on=accepted,
        answered_on=answered,
        closed_on=closed,
        opinion="adopt" if is_suggestion else dice.choice(("support", "explain", "explain", "reject")),
        is_solved=is_solved,
        registered_at=place.moment(received),
        registered_by=place.by.id,
        registered_by_name=owner.name,
    )
    if is_solved:
        appeal.opinion = "support"
    rows.appeals.append(appeal)
    rows.bands += [
        Band(band=band, received_on=received, division=appeal.division, appeal_id=appeal.id)
        for band in sorted(set(rules.bands(matter["title"] + matter["text"])))
    ]
    _steps(place, rows, appeal, owner)
    _item(place, rows, appeal, owner)
    if dice.random() < 0.3:
        _rated(place, rows, appeal, owner)


def _steps(place: County, rows: Rows, appeal: Appeal, owner: Staff) -> None:
    assert appeal.accepted_on and appeal.answered_on and appeal.closed_on
    line = (
        ("register", "", "registered", appeal.received_on, appeal.get_channel_display()),
        ("accept", "registered", "accepted", appeal.accepted_on, ""),
        ("answer", "accepted", "answered", appeal.answered_on, appeal.get_opinion_display()),
        ("call_back", "answered", "called_back", appeal.closed_on, "电话回访,本人表示知晓。"),
        ("close", "called_back", "closed", appeal.closed_on, ""),
    )
    for minute, (move, before, after, on, note) in enumerate(line):
        rows.steps.append(
            Step(
                id=place.key(),
                appeal=appeal,
                division=appeal.division,
                move=move,
                from_state=before,
                to_state=after,
                on=on,
                at=datetime.combine(on, time(17, minute), CHINA),
                by=place.by.id,
                by_name=owner.name,
                station=appeal.station,
                note=note,
            )
        )


def _item(place: County, rows: Rows, appeal: Appeal, owner: Staff) -> None:
    """The closed work item with its handling clock: started at acceptance, stopped by the answer."""
    assert appeal.accepted_on and appeal.answered_on
    limit = limit_for("appeal_handle", on=appeal.accepted_on)
    ticks = [Tick("start", appeal.accepted_on, limit.days, limit.unit), Tick("stop", appeal.answered_on)]
    reading = read(ticks, place.calendar(appeal.division))
    item = WorkItem(
        id=place.key(),
        division=appeal.division,
        kind="appeal",
        subject_id=appeal.id,
        title=f"{appeal.number} {appeal.title}",
        station=appeal.station,
        owner=owner,
        opened_on=appeal.received_on,
        next_step="办结归档",
        closed_on=appeal.closed_on,
        outcome="办结归档",
        due_on=reading.due_on,
    )
    clock = Clock(
        id=place.key(),
        division=appeal.division,
        item=item,
        limit="appeal_handle",
        started_on=appeal.accepted_on,
        state="stopped",
        due_on=reading.due_on,
        stopped_on=appeal.answered_on,
    )
    rows.items.append(item)
    rows.clocks.append(clock)
    for number, (tick, reason) in enumerate(zip(ticks, ("受理", "书面答复"), strict=True), start=1):
        rows.events.append(
            ClockEvent(
                id=place.key(),
                division=appeal.division,
                clock=clock,
                number=number,
                kind=tick.kind,
                on=tick.on,
                days=tick.days or None,
                unit=tick.unit,
                article=limit.article if tick.kind == "start" else "",
                reason=reason,
                by=place.by.id,
                by_name=owner.name,
                at=datetime.combine(tick.on, time(17), CHINA),
            )
        )


def _rated(place: County, rows: Rows, appeal: Appeal, owner: Staff) -> None:
    assert appeal.closed_on
    at = place.moment(appeal.closed_on)
    ticket = RatingTicket(
        id=place.key(),
        division=appeal.division,
        subject="appeal",
        subject_id=appeal.id,
        subject_number=appeal.number,
        token_hash=digest_of(appeal.id.bytes),
        station=appeal.station,
        handler=owner,
        made_at=at,
        expires_on=appeal.closed_on + timedelta(days=60),
        used_at=at,
    )
    rows.tickets.append(ticket)
    rows.ratings.append(
        Rating(
            id=place.key(),
            division=appeal.division,
            ticket=ticket,
            level=place.dice.choices((5, 4, 3), (60, 30, 10))[0],
            aspects=[place.dice.choice(("overall", "speed", "attitude"))],
            handler=owner,
            rated_at=at,
        )
    )
