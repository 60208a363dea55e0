"""Benefits find people: in a county with known truth nobody is missed and nobody is named wrongly."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from tests import builders as make
from vetgrid.benefits.actions import Cause, change, grant, submit, sweep, tick_papers
from vetgrid.benefits.actions.sweeping import sweep_people
from vetgrid.benefits.models import Application, Award, Finding
from vetgrid.benefits.spelling import refresh_places, settle
from vetgrid.benefits.tests.county import COUNTY, TODAY, awarded, benefit_fact, disabled, fact, old_soldier
from vetgrid.core.ruling.months import month_of
from vetgrid.core.scope import acting
from vetgrid.notices.models import Notice
from vetgrid.registry import models as registry
from vetgrid.registry.models import Person
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db
NOW = month_of(2023, 12)
VILLAGES = (make.VILLAGE_A1, make.VILLAGE_A2, make.VILLAGE_B1)
LOOKED_AT = ("rural_over60", "disability_pension", "combat_test", "nursing_fee")


@pytest.fixture
def county():
    return make.staffed_county()


def look(month=NOW, today=TODAY):
    with acting(make.system()):
        refresh_places(COUNTY)
        return sweep(division=make.COUNTY, month=month, by=make.system(), today=today)


def open_findings(*kinds):
    with acting(make.system()):
        rows = Finding.objects.filter(closed_on=None, kind__in=kinds, programme__in=LOOKED_AT)
        return set(rows.values_list("person_id", "programme", "kind"))


@dataclass(frozen=True)
class Life:
    """What the test itself knows of one person, in plain words: the truth is worked out from this and not from the rules."""

    born: int
    is_rural_soldier: bool
    grade: int
    cause: str
    is_combat: bool
    is_rural: bool
    has_job: bool
    is_retired: bool
    is_gone: str
    provision: str
    award: str
    awarded_programme: str


def entitled(life: Life, month: int) -> set[str]:
    """By hand, from the articles: what somebody with this life is given in a month."""
    found = set()
    if life.grade and (life.cause != "illness" or life.grade <= 6):
        found.add("disability_pension")
    if 1 <= life.grade <= 4 and life.provision == "dispersed":
        found.add("nursing_fee")
    if life.is_combat and (life.is_rural or not life.has_job) and "disability_pension" not in found:
        found.add("combat_test")
    pensioned = found & {"disability_pension", "combat_test"}
    if life.is_rural_soldier and month >= life.born + 720 and not life.is_retired and not pensioned:
        found.add("rural_over60")
    return found


def truth(life: Life) -> Iterator[tuple[str, str]]:
    """(programme, kind) of every finding that must be there, and of no other."""
    now = entitled(life, NOW)
    soon = set().union(*(entitled(life, NOW + ahead) for ahead in (1, 2, 3))) - now
    has = {life.awarded_programme} if life.award in ("active", "suspended") else set()
    for programme in LOOKED_AT:
        if life.award == "active" and programme in has:
            yield programme, "receiving" if programme in now else "undue"
        elif programme in has or life.is_gone:
            continue
        elif programme in now:
            yield programme, "missing"
        elif programme in soon:
            yield programme, "soon"


def a_life(dice: random.Random) -> Life:
    grade = dice.choice([0, 0, 0, 1, 3, 5, 7, 9])
    award = dice.choice(["", "", "active", "active", "suspended", "stopped"])
    return Life(
        born=dice.choice([NOW - 720 - 60, NOW - 721, NOW - 720, NOW - 719, NOW - 718, NOW - 717, NOW - 716, NOW - 500]),
        is_rural_soldier=dice.random() < 0.7,
        grade=grade,
        cause=dice.choice(["war", "duty", "illness"]) if grade else "",
        is_combat=dice.random() < 0.3,
        is_rural=dice.random() < 0.5,
        has_job=dice.random() < 0.3,
        is_retired=dice.random() < 0.2,
        is_gone=dice.choice(["", "", "", "", "", "left", "dead"]),
        provision=dice.choice(["", "dispersed", "hospital"]) if 1 <= grade <= 4 else "",
        award=award,
        awarded_programme=dice.choice(LOOKED_AT) if award else "",
    )


def settled_in(life: Life, number: int) -> Person:
    """The same life in the registry's own words."""
    division = VILLAGES[number % len(VILLAGES)]
    born = f"{life.born // 12}-{life.born % 12 + 1:02d}-28"
    gone = {"left": {"left_on": date(2023, 5, 1)}, "dead": {"died_on": "2023-05-01"}}.get(life.is_gone, {})
    who = make.person(division, f"人{number}", born_on=born, **gone)
    fact(who, registry.Residence, household_kind="rural" if life.is_rural else "urban", register_address="路1号")
    if life.is_rural_soldier:
        fact(who, registry.Service, enlisted_on="1982-12", discharged_on="1985-12", discharge_kind="returned")
        fact(who, registry.PersonClass, code="81")
    if life.grade:
        # A grade of illness above six cannot be entered any more, but old files hold some.
        fact(who, registry.Disability, grade=life.grade, cause=life.cause, from_on="2001-07")
    if life.is_combat:
        fact(who, registry.PersonClass, code="51")
    if life.has_job:
        fact(who, registry.Employment, code="employed")
    if life.is_retired:
        fact(who, registry.Employment, code="retired")
    if life.provision:
        benefit_fact(who, "nursing", provision=life.provision)
    if life.award:
        award = awarded(who, life.awarded_programme)
        moves = {"suspended": "suspend", "stopped": "stop"}
        if life.award in moves:
            with acting(make.system()):
                cause = Cause("测试", "测试")
                change(
                    award_id=award.id,
                    move=moves[life.award],
                    month=month_of(2023, 6),
                    cause=cause,
                    by=make.system(),
                    today=TODAY,
                )
    return who


def test_in_a_county_with_known_truth_recall_and_precision_are_one_hundred_percent(county):
    dice = random.Random(20231228)
    lives = [a_life(dice) for _ in range(400)]
    people = [settled_in(life, number) for number, life in enumerate(lives)]
    expected = {
        (who.id, programme, kind) for who, life in zip(people, lives, strict=True) for programme, kind in truth(life)
    }
    look()
    found = open_findings("missing", "receiving", "undue", "soon")
    assert found - expected == set()
    assert expected - found == set()
    by_kind = {
        kind: sum(1 for *_, one in expected if one == kind) for kind in ("missing", "receiving", "undue", "soon")
    }
    assert all(count >= 10 for count in by_kind.values()), by_kind


def test_a_finding_is_an_item_of_the_contact_with_a_prefilled_application_and_a_message(county):
    cell = make.cell(make.VILLAGE_A1)
    who = old_soldier(is_veteran=True, phone="13700001234", id_number=make.id_number("35058119550312001"))
    with acting(make.system()):
        make.Membership.objects.create(person=who, cell=cell, division=who.division, from_on=date(2019, 1, 1))
    look()
    with acting(make.system()):
        finding = Finding.objects.get(person=who, kind="missing")
        item = WorkItem.objects.get(pk=finding.item_id)
        contact = cell.duties.get(kind="contact").staff_id
        assert item.owner_id == contact
        assert finding.papers == ["居民户口簿", "银行账户"]
        application = Application.objects.get(person=who)
        assert application.state == "draft"
        assert [entry["paper"] for entry in application.papers if entry["is_there"]] == ["退役证件", "居民身份证"]
        assert Notice.objects.filter(person_id=who.id, template="benefit_found").count() == 1
    look()
    with acting(make.system()):
        assert WorkItem.objects.filter(subject_id=finding.id).count() == 1
        assert Notice.objects.filter(person_id=who.id).count() == 1


def test_a_granted_application_closes_finding_and_item(county):
    who = old_soldier()
    look()
    boss, clerk = county["as_section"], county["as_clerk"]
    with acting(make.system()):
        application = Application.objects.get(person=who)
        papers = [entry["paper"] for entry in application.papers]
    with acting(clerk):
        tick_papers(application_id=application.id, papers=papers, by=clerk, today=TODAY)
        submit(application_id=application.id, by=clerk, today=TODAY)
    with acting(boss):
        grant(application_id=application.id, by=boss, today=TODAY)
    with acting(make.system()):
        finding = Finding.objects.get(person=who, kind="missing")
        assert finding.closed_on == TODAY
        assert WorkItem.objects.get(pk=finding.item_id).closed_on == TODAY
        people = settle(make.COUNTY)
        sweep_people(people, division=make.COUNTY, by=make.system(), today=TODAY)
    assert open_findings("missing", "receiving") == {(who.id, "rural_over60", "receiving")}


def test_a_change_of_a_fact_marks_the_person_and_the_next_look_finds_it(county):
    who = old_soldier()
    look()
    assert open_findings("missing")
    fact(who, registry.Employment, code="retired")
    with acting(make.system()):
        settle(make.COUNTY)
    look()
    assert open_findings("missing") == set()
    with acting(make.system()):
        assert not WorkItem.objects.filter(kind="benefit_finding", closed_on=None).exists()


def test_benefits_without_application_are_given_by_the_platform(county):
    who = disabled()
    look()
    with acting(make.system()):
        assert Award.objects.filter(person=who, programme="condolence", state="active").exists()


def test_seven_thousand_six_hundred_people_are_gathered_within_ten_seconds(county):
    """Measured with a tenth of them and a tenth of the time, so that a loaded machine does not decide."""
    from time import perf_counter

    from vetgrid.core.bulk import insert
    from vetgrid.core.clock import now

    by = make.system()
    common = {"division": make.VILLAGE_A1, "known_since": now(), "recorded_by": by.id, "source": "archive"}
    people = [
        Person(
            division=make.VILLAGE_A1,
            name=f"人{at}",
            name_pinyin="ren",
            name_initials="r",
            born_on="1955-01",
            registered_at=now(),
        )
        for at in range(760)
    ]
    with acting(by):
        insert(people)
        insert([registry.Identity(person=who, name=who.name, sex="1", born_on="1955-01", **common) for who in people])
        insert(
            [registry.Service(person=who, enlisted_on="1975-12", discharged_on="1979-12", **common) for who in people]
        )
        insert([registry.PersonClass(person=who, code="81", **common) for who in people])
        start = perf_counter()
        made = refresh_places(COUNTY)
        taken = perf_counter() - start
    assert made >= 760
    assert taken < 5, f"{taken:.1f} s"
