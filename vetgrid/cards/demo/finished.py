"""The five years that are over: applications, cards in monthly parcels, batches to the towns, issue, re-issue, and why 98 still lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from vetgrid.cards import policy
from vetgrid.cards.demo.county import START, County, Rows
from vetgrid.cards.models import Application, Batch, BatchLine, Card, CardStep, Step
from vetgrid.cards.rules import add_months
from vetgrid.cards.series import application_text, batch_text, card_code
from vetgrid.core.crypto import blind
from vetgrid.orgs.models import Station
from vetgrid.registry.models import Person

APPLICATIONS = 7_358
REISSUED = {"lost": 16, "data": 6, "kind": 3, "province": 1, "other": 2}
"""Why 28 cards more were signed for than applications were accepted."""
LYING = {"unreachable": 25, "away": 22, "ceremony": 12, "declined": 9, "waiting": 24, "died": 6}
"""Why 98 of the cards that were signed for are not issued."""
DAMAGED = 5
"""Cards that the maker's parcels brought unfit: never signed for, made again."""
_LAST = date(2023, 8, 31)
_FIRST_PARCEL = date(2022, 1, 10)
_BANKS = ("icbc", "abc", "psbc", "ceb")
_WAYS = ("counter", "counter", "counter", "delivery", "ceremony")


@dataclass
class Days:
    """When one application went through its stages."""

    applied: date
    accepted: date
    reviewed: date
    filed: date
    made: date
    signed: date
    sent: date
    received: date
    issued: date


def days_of(place: County, applied: date, *, made: date | None = None) -> Days:
    """A plausible way; cards come in parcels, one every ten days."""
    dice = place.dice
    accepted = applied + timedelta(days=dice.randint(0, 4))
    reviewed = accepted + timedelta(days=dice.randint(3, 10))
    filed = reviewed + timedelta(days=dice.randint(12, 38))
    ready = made or filed + timedelta(days=dice.randint(8, 25))
    parcel = _FIRST_PARCEL + timedelta(days=-((_FIRST_PARCEL - ready).days // 10) * 10)
    signed = parcel + timedelta(days=2)
    sent = signed + timedelta(days=1)
    received = sent + timedelta(days=1)
    issued = received + timedelta(days=dice.choices((1, 3, 6, 10, 13, 21), (20, 25, 25, 15, 12, 3))[0])
    return Days(applied, accepted, reviewed, filed, parcel, signed, sent, received, min(issued, place.today))


def make(place: County, people: list[tuple[Person, str]]) -> Rows:
    """Consumes the people that it uses; whoever is left has no application yet."""
    rows = Rows()
    lying = [reason for reason, count in LYING.items() if reason != "died" for _ in range(count)]
    dead_left, damaged_left = LYING["died"], DAMAGED
    plain: list[tuple[Application, Card]] = []
    skipped: list[tuple[Person, str]] = []
    made = 0
    while made < APPLICATIONS:
        person, kind = people.pop()
        days = days_of(place, _applied(place))
        ended = str(person.died_on or person.left_on or "9999-12-31")
        if ended <= days.received.isoformat():
            died_waiting = bool(person.died_on) and ended > days.signed.isoformat()
            if not (died_waiting and dead_left):
                days = days_of(place, START + timedelta(days=place.dice.randrange(40)))
                if ended <= days.issued.isoformat():
                    skipped.append((person, kind))
                    if len(people) == 0:
                        raise RuntimeError("not enough people for the cards: choose another seed")
                    continue
        one = _application(place, rows, person, kind, days)
        if damaged_left and made % 1400 == 700:
            damaged_left -= 1
            days = _damaged(place, rows, one, days)
        card = _card(place, rows, one, days)
        if person.died_on and ended <= days.received.isoformat():
            dead_left -= 1
            _died_before_issue(place, rows, one, card)
        else:
            _issue(place, rows, one, card, days)
            if not person.died_on and not person.left_on:
                plain.append((one, card))
            elif person.died_on:
                _died_after_issue(place, card, date.fromisoformat(str(person.died_on)))
        made += 1
    lying += ["unreachable"] * dead_left  # where fewer died than planned, more cannot be reached: 98 all the same
    _lying(place, rows, plain, lying)
    _reissued(place, rows, plain)
    people.extend(skipped)
    return rows


def _applied(place: County) -> date:
    """Most came in the first year."""
    dice = place.dice
    span = (date(2022, 9, 30) - START).days if dice.random() < 0.7 else (_LAST - START).days
    return START + timedelta(days=dice.randrange(span + 1))


def _application(place: County, rows: Rows, person: Person, kind: str, days: Days, **values: object) -> Application:
    station = place.town(person.division)
    born = str(person.born_on or "1970")
    is_old = int(born[:4]) <= days.applied.year - 80
    one = Application(
        id=place.key(),
        division=person.division,
        number=application_text(days.applied.year, place.next(f"application-{days.applied.year}")),
        person=person,
        id_index=person.id_index,
        name=person.name,
        kind=kind,
        identities=kind,
        channel="home_visit" if is_old else "counter",
        visit_reason="age" if is_old else "",
        visit_address="家中" if is_old else "",
        register_province="35",
        province="35",
        bank=place.dice.choice(_BANKS),
        materials=list(policy.materials_for(kind=kind, speaker="self")),
        station=station,
        state="done",
        stage_on=days.issued,
        submitted_on=days.applied,
        accepted_on=days.accepted,
        reviewed_on=days.reviewed,
        filed_on=days.filed,
        made_on=days.made,
        closed_on=days.issued,
        is_photo_good=True,
        registered_at=place.moment(days.applied),
        registered_by_name=place.officer(station).name,
        **values,
    )
    rows.applications.append(one)
    rows.steps += list(_steps(place, one, days))
    return one


def _steps(place: County, one: Application, days: Days) -> Iterator[Step]:
    centre = place.officer(place.centre).name
    line = (
        ("apply", "", "submitted", days.applied, one.registered_by_name, one.get_channel_display()),
        ("accept", "submitted", "accepted", days.accepted, one.registered_by_name, ""),
        ("review", "verified", "reviewed", days.reviewed, centre, "与档案一致"),
        ("file", "city_passed", "filed", days.filed, centre, "省备案结果"),
    )
    for move, before, after, on, who, note in line:
        yield Step(
            id=place.key(),
            application=one,
            division=one.division,
            move=move,
            from_state=before,
            to_state=after,
            on=on,
            at=place.moment(on),
            by_name=who,
            note=note,
        )


def _card(place: County, rows: Rows, one: Application, days: Days, *, outcome: str = "received") -> Card:
    number = f"62{place.dice.randrange(10**14):014d}"
    card = Card(
        id=place.key(),
        division=one.division,
        code=card_code(place.code, days.made.year, place.next(f"card-{days.made.year}")),
        application=one,
        person=one.person,
        holder=one.name,
        number=number,
        number_index=blind(number, "card"),
        kind=one.kind,
        bank=one.bank,
        is_reissue=one.purpose == Application.Purpose.REPLACEMENT,
        replaces_id=one.old_card_id,
        state="held",
        stage_on=days.received,
        station=one.station,
        made_on=days.made,
        signed_on=days.signed,
        received_on=days.received,
    )
    rows.cards.append(card)
    _line(place, rows, card, Batch.Leg.MAKER, None, place.centre, days.made, days.signed, outcome)
    if outcome == "received":
        _line(place, rows, card, Batch.Leg.DOWN, place.centre, one.station, days.sent, days.received, outcome)
    return card


def _line(
    place: County,
    rows: Rows,
    card: Card,
    leg: str,
    sender: Station | None,
    target: Station,
    sent: date,
    counted: date,
    outcome: str,
) -> None:
    key = (leg, sender.division if sender else 0, target.division, sent)
    batch = rows.batches.get(key)
    if batch is None:
        batch = rows.batches[key] = Batch(
            id=place.key(),
            division=target.division,
            origin=sender.division if sender else target.division,
            number=batch_text(place.code, sent.year, place.next(f"batch-{sent.year}")),
            leg=leg,
            sender=sender,
            station=target,
            parcel=f"ZK{sent:%Y%m%d}" if sender is None else "",
            sent_on=sent,
            sent_by_name=place.officer(sender).name if sender else "制卡单位",
            closed_on=counted,
            closed_by_name=place.officer(target).name,
        )
    batch.sent_count += 1
    setattr(batch, f"{outcome}_count", getattr(batch, f"{outcome}_count") + 1)
    rows.lines.append(
        BatchLine(
            id=place.key(),
            division=batch.division,
            batch=batch,
            card=card,
            code=card.code,
            holder=card.holder,
            place=card.division,
            outcome=outcome,
            counted_at=place.moment(counted),
            counted_by_name=batch.closed_by_name,
        )
    )


def _damaged(place: County, rows: Rows, one: Application, days: Days) -> Days:
    """The first card came unfit and was never signed for; the next parcel brings another."""
    card = _card(place, rows, one, days, outcome="damaged")
    card.state, card.stage_on, card.station = "damaged", days.signed, None
    card.signed_on = card.received_on = None
    card.ended_on, card.end_reason, card.returned_on = days.signed, "damaged", days.signed
    later = days_of(place, days.applied, made=days.made + timedelta(days=20))
    later.accepted, later.reviewed, later.filed = days.accepted, days.reviewed, days.filed
    one.made_on = later.made
    return later


def _issue(place: County, rows: Rows, one: Application, card: Card, days: Days) -> None:
    card.state, card.stage_on, card.station = "issued", days.issued, None
    card.issued_on, card.issue_way = days.issued, place.dice.choice(_WAYS)
    one.closed_on = one.stage_on = days.issued
    if place.dice.random() < 0.9:
        card.activated_on = min(place.today, days.issued + timedelta(days=place.dice.randint(0, 60)))
    rows.card_steps.append(_card_step(place, card, "issue", "held", "issued", days.issued))


def _card_step(place: County, card: Card, move: str, before: str, after: str, on: date, note: str = "") -> CardStep:
    return CardStep(
        id=place.key(),
        card=card,
        division=card.division,
        move=move,
        from_state=before,
        to_state=after,
        on=on,
        at=place.moment(on),
        by_name=place.officer(place.town(card.division)).name,
        note=note,
    )


def _died_before_issue(place: County, rows: Rows, one: Application, card: Card) -> None:
    day = max(date.fromisoformat(str(one.person.died_on)), card.received_on or card.made_on)
    card.state, card.stage_on, card.ended_on, card.end_reason = "cancelled", day, day, "death"
    card.returned_on, card.unissued_reason = day, "died"
    one.state, one.closed_on, one.stage_on = "ended", day, day
    rows.card_steps.append(_card_step(place, card, "cancel", "held", "cancelled", day, "持证人去世,未发放"))


def _died_after_issue(place: County, card: Card, day: date) -> None:
    day = max(day, card.issued_on or day)
    card.state, card.stage_on, card.ended_on, card.end_reason = "cancelled", day, day, "death"
    back = day + timedelta(days=place.dice.randint(3, 25))
    card.returned_on = min(back, place.today)


def _lying(place: County, rows: Rows, plain: list[tuple[Application, Card]], reasons: list[str]) -> None:
    """Cards that are still in the drawer: the newest wait, the others have their reason."""
    plain.sort(key=lambda pair: (pair[1].received_on or pair[1].made_on, pair[1].code))
    waiting = reasons.count("waiting")
    rest = [reason for reason in reasons if reason != "waiting"]
    chosen = plain[-waiting:] + place.dice.sample(plain[:-waiting], len(rest))
    taken = {card.id for _, card in chosen}
    for (one, card), reason in zip(chosen, ["waiting"] * waiting + rest, strict=True):
        card.state, card.station, card.unissued_reason = "held", one.station, reason
        if reason == "waiting":
            _arrived_now(place, rows, card)
        card.issued_on = card.activated_on = None
        card.issue_way, card.stage_on = "", card.received_on or card.made_on
        card.tries = 0 if reason == "waiting" else place.dice.randint(1, 4)
        one.state, one.closed_on, one.stage_on = "made", None, one.made_on or one.submitted_on
    rows.card_steps = [step for step in rows.card_steps if step.card_id not in taken]
    for one, card in chosen:
        if card.unissued_reason == "unreachable":
            _handed_up(place, rows, one, card)
    plain[:] = [pair for pair in plain if pair[1].id not in taken]


def _handed_up(place: County, rows: Rows, one: Application, card: Card) -> None:
    """Nobody could be reached for three months: the card went back up to the county, which keeps it."""
    assert card.received_on is not None
    sent = add_months(card.received_on, 3) + timedelta(days=5)
    if sent + timedelta(days=2) > place.today:
        return
    _line(place, rows, card, Batch.Leg.UP, one.station, place.centre, sent, sent + timedelta(days=1), "received")
    card.state, card.station, card.stage_on = "handed_up", place.centre, sent + timedelta(days=1)
    note = "满三个月联系不上,逐级上交"
    rows.card_steps.append(_card_step(place, card, "send", "held", "sent", sent, note))


def _arrived_now(place: County, rows: Rows, card: Card) -> None:
    """These came with the last parcel of the year: signed for on 20 December, counted in two days later."""
    for line in [line for line in rows.lines if line.card_id == card.id]:
        line.batch.sent_count -= 1
        line.batch.received_count -= 1
        rows.lines.remove(line)
    for key in [key for key, batch in rows.batches.items() if batch.sent_count == 0]:
        del rows.batches[key]
    made = place.today - timedelta(days=10)
    card.made_on, card.signed_on, card.received_on = made, made + timedelta(days=2), made + timedelta(days=4)
    card.application.made_on = made
    sent = made + timedelta(days=3)
    _line(place, rows, card, Batch.Leg.MAKER, None, place.centre, made, card.signed_on, "received")
    town = card.application.station
    _line(place, rows, card, Batch.Leg.DOWN, place.centre, town, sent, card.received_on, "received")


def _reissued(place: County, rows: Rows, plain: list[tuple[Application, Card]]) -> None:
    """补换: the old card dies when the replacement is accepted, the new one goes the whole way."""
    early = [pair for pair in plain if pair[1].issued_on and pair[1].issued_on < date(2022, 12, 1)]
    reasons = [reason for reason, count in REISSUED.items() for _ in range(count)]
    for (first, old), reason in zip(place.dice.sample(early, len(reasons)), reasons, strict=True):
        days = days_of(place, date(2023, 1, 10) + timedelta(days=place.dice.randrange(200)))
        one = _application(
            place,
            rows,
            first.person,
            first.kind,
            days,
            purpose=Application.Purpose.REPLACEMENT,
            replace_reason=reason,
            old_card=old,
        )
        void(old, reason, days.accepted)
        card = _card(place, rows, one, days)
        _issue(place, rows, one, card, days)
        rows.card_steps.append(_card_step(place, old, "replace", "issued", "replaced", days.accepted, one.number))
        plain.remove((first, old))


def void(old: Card, reason: str, on: date) -> None:
    """The old card of an accepted replacement."""
    old.state, old.stage_on, old.ended_on, old.end_reason = "replaced", on, on, "replaced"
    if reason == "lost":
        old.lost_on = on - timedelta(days=5)
    else:
        old.returned_on = on
