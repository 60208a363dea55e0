"""What is past besides appeals: visits, mediations, answered consultations."""

import random
from collections.abc import Iterator
from datetime import timedelta

from vetgrid.appeals.demo.drawing import County
from vetgrid.appeals.models import Agreement, Consultation, Mediation, Party, Performance, Reception
from vetgrid.core.bulk import insert
from vetgrid.core.places import Level, ancestor
from vetgrid.orgs.wordlists import name

HEADS = 3_902
"""Heads received in five years, as the bureau reported; the rows add up to it, the figure counts them."""
RESOLVED, ASKED = 184, 420


def _heads(dice: random.Random) -> Iterator[int]:
    """How many came, visit by visit, until exactly HEADS were received."""
    left = HEADS
    while left:
        people = min(left, dice.choices((1, 2, 3, 4, 5), (80, 11, 5, 2, 2))[0])
        yield people
        left -= people


def receptions(place: County) -> None:
    rows = []
    for people in _heads(place.dice):
        person = place.dice.choice(place.people)
        station = place.station_for(person)
        on = place.day()
        topic = place.dice.choice(place.topics)
        rows.append(
            Reception(
                id=place.key(),
                division=station.division,
                station=station,
                on=on,
                channel="reception" if place.dice.random() < 0.08 else "counter",
                person=person,
                visitor=person.name,
                people=people,
                topic=topic["topic"],
                outcome=topic["outcome"],
                receiver_name=(receiver := place.dice.choice(place.owners[station.division]).name),
                recorded_at=place.moment(on),
                recorded_by_name=receiver,
            )
        )
    insert(rows)


def finished_mediations(place: County) -> None:
    cases: list[Mediation] = []
    parties: list[Party] = []
    agreements: list[Agreement] = []
    performances: list[Performance] = []
    for at in range(RESOLVED + 21):
        dice, person = place.dice, place.dice.choice(place.people)
        station = place.stations[ancestor(person.division, Level.TOWN if dice.random() < 0.6 else Level.VILLAGE)]
        applied = place.day(last=place.today - timedelta(days=45))
        ended = applied + timedelta(days=dice.randint(3, 28))
        is_resolved = at < RESOLVED
        case = Mediation(
            id=place.key(),
            division=station.division,
            station=station,
            number=place.number("mediation", applied.year),
            kind=dice.choices(("people", "administrative", "judicial"), (70, 22, 8))[0],
            category=dice.choice(("dispute", "dispute", "land")),
            title=dice.choice(("拖欠工资纠纷", "邻里宅基地纠纷", "合伙经营纠纷", "赡养纠纷", "借款纠纷", "租赁纠纷")),
            facts="双方各执一词,由调解员调查后组织调解。",
            state="performed" if is_resolved else dice.choice(("refused", "failed", "broken")),
            applied_on=applied,
            ended_on=ended,
            routes_told_on=None if is_resolved else ended,
            registered_by_name=dice.choice(place.owners[station.division]).name,
        )
        cases.append(case)
        other = name(dice, sex=dice.choice("12"), born=1970)
        refuses = case.state == "refused"
        for called, who, says_no in ((person.name, person, False), (other, None, refuses)):
            parties.append(
                Party(
                    id=place.key(),
                    division=case.division,
                    mediation=case,
                    name=called,
                    person=who,
                    consented_on=None if says_no else applied,
                    refused_on=ended if says_no else None,
                )
            )
        if is_resolved or case.state == "broken":
            agreements.append(
                Agreement(
                    id=place.key(),
                    division=case.division,
                    mediation=case,
                    content="双方自愿达成协议,一次性履行,今后互不追究。",
                    agreed_on=ended,
                    confirm_until=ended + timedelta(days=30),
                )
            )
            performances.append(
                Performance(
                    id=place.key(),
                    division=case.division,
                    mediation=case,
                    what="按协议履行",
                    due_on=ended + timedelta(days=15),
                    done_on=ended + timedelta(days=10) if is_resolved else None,
                    note="已履行" if is_resolved else "未履行,已告知其他途径",
                )
            )
    for collected in (cases, parties, agreements, performances):
        insert(collected)


def answered_consultations(place: County) -> None:
    rows = []
    for _ in range(ASKED):
        person = place.dice.choice(place.people)
        station = place.station_for(person)
        asked = place.day(last=place.today - timedelta(days=5))
        topic = place.dice.choice(place.topics)
        rows.append(
            Consultation(
                id=place.key(),
                division=station.division,
                station=station,
                number=place.number("consultation", asked.year),
                channel=place.dice.choice(("counter", "phone", "phone", "mini_program")),
                question=f"{topic['topic']}:需要哪些材料,多久能办好?",
                person=person,
                asker=person.name,
                phone=person.phone,
                state="answered",
                asked_on=asked,
                answer=topic["outcome"],
                answered_on=asked + timedelta(days=place.dice.randint(0, 2)),
                answered_by_name=(answerer := place.dice.choice(place.owners[station.division]).name),
                registered_by_name=answerer,
                registered_at=place.moment(asked),
            )
        )
    insert(rows)


# --- what is open: made by the same actions that the pages call --------------------------------------------------------
