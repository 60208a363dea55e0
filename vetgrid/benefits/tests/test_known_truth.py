"""Every programme finds exactly those who are known by hand to be entitled: nobody is missed, nobody is named wrongly."""

import shutil

import pytest
from django.conf import settings

from tests import builders as make
from vetgrid.benefits import rulebook
from vetgrid.benefits.actions import Cause, change, sweep
from vetgrid.benefits.handling import is_paid
from vetgrid.benefits.models import Award, Finding
from vetgrid.benefits.sources import book
from vetgrid.benefits.spelling import refresh_places
from vetgrid.benefits.tests.county import COUNTY, TODAY, awarded, fact
from vetgrid.benefits.tests.lives import (
    DISABILITY,
    EVERY,
    LIVES,
    MONTHLY,
    NURSING,
    ONCE,
    OTHERS,
    RURAL_60,
    SURVIVORS,
    YEARLY,
    Life,
    settled_in,
)
from vetgrid.core.ruling.months import month_of
from vetgrid.core.ruling.rulebook import Rulebook
from vetgrid.core.scope import acting
from vetgrid.registry import models as registry
from vetgrid.registry.models import Person

pytestmark = pytest.mark.django_db
NOW = month_of(2023, 12)
VILLAGES = (make.VILLAGE_A1, make.VILLAGE_A2, make.VILLAGE_B1)
TRIED = ("", "active", "suspended", "stopped")
Found = set[tuple[str, str, str]]


def cases():
    """Each life as it is, and once more for each state of an award of the programme that it is tried on."""
    for life in LIVES:
        yield life, life.award, "active" if life.award else ""
        if life.tried:
            yield from ((life, life.tried, state) for state in TRIED[1:])


def expected(life: Life, programme: str, state: str):
    """(programme, kind) of every finding that there must be, from the plain words of the life alone."""
    now, soon = set(life.now.split()), set(life.soon.split())
    for key in EVERY:
        mine = state if key == programme else ""
        if mine == "active":
            if key in now:
                yield key, "receiving"
            elif key not in OTHERS or key == "conscript_family":
                yield key, "undue"
        elif mine == "suspended" or (not life.is_sought and key in MONTHLY):
            continue
        elif key in now:
            # Lists of condolence are drawn up by the platform itself: whoever belongs on one is on it.
            yield key, "receiving" if key == "condolence" else "missing"
        elif key in soon:
            yield key, "soon"


def with_award(who, programme: str, state: str, since: str):
    award = awarded(who, programme, since)
    if state != "active":
        move = {"suspended": "suspend", "stopped": "stop"}[state]
        call = {"month": month_of(2023, 6), "cause": Cause("测试", "测试"), "by": make.system(), "today": TODAY}
        with acting(make.system()):
            change(award_id=award.id, move=move, **call)


def look() -> Found:
    with acting(make.system()):
        refresh_places(COUNTY)
        sweep(division=make.COUNTY, month=NOW, by=make.system(), today=TODAY)
        rows = Finding.objects.filter(closed_on=None).select_related("person")
        return {(row.person.name, row.programme, row.kind) for row in rows}


def settle(chosen) -> Found:
    """Puts the lives into the registry; returns what must be found of them."""
    make.staffed_county()
    truth: Found = set()
    for number, (life, programme, state) in enumerate(chosen):
        name = f"{life.who}|{programme}|{state}"
        who = settled_in(life, VILLAGES[number % len(VILLAGES)], name)
        if state:
            with_award(who, programme, state, life.since)
        truth |= {(name, key, kind) for key, kind in expected(life, programme, state)}
    return truth


def test_every_programme_finds_whom_it_must_and_nobody_else():
    truth = settle(cases())
    found = look()
    assert found - truth == set()
    assert truth - found == set()
    assert look() == truth, "a second look changes nothing"
    with acting(make.system()):
        listed = set(
            Award.objects.filter(programme="condolence", state="active").values_list("person__name", flat=True)
        )
    assert listed >= {name for name, key, kind in truth if (key, kind) == ("condolence", "receiving")}


def test_the_known_lives_cover_every_programme_that_the_bureau_pays_in_every_kind():
    assert {key for key in book().programmes if is_paid(key, on=TODAY)} == EVERY
    kinds: dict[str, set[str]] = {key: set() for key in EVERY}
    near: set[str] = set()
    for life, programme, state in cases():
        for key, kind in expected(life, programme, state):
            kinds[key].add(kind)
        if life.tried and life.tried not in life.now.split():
            near.add(life.tried)
    assert all(kinds[key] == {"missing", "receiving", "undue", "soon"} for key in MONTHLY)
    assert all({"missing", "receiving"} <= kinds[key] for key in OTHERS if key != "insurance_continuation")
    assert kinds["insurance_continuation"] == {"missing", "soon"}
    assert kinds["condolence"] == {"receiving", "undue"}
    assert near == set(MONTHLY)


def test_a_file_that_was_merged_into_another_is_not_looked_for():
    make.staffed_county()
    life = next(one for one in LIVES if one.who == "带病回乡")
    kept, gone = (settled_in(life, make.VILLAGE_A1, name) for name in ("保留", "并入"))
    with acting(make.system()):
        Person.objects.filter(pk=gone.pk).update(merged_into=kept)
    assert look() == {("保留", "ill_returned", "missing"), ("保留", "condolence", "receiving")}


def test_a_finding_names_exactly_the_papers_that_the_platform_does_not_have():
    make.staffed_county()
    rated = next(one for one in LIVES if one.who == "三级因战")
    bare = settled_in(rated, make.VILLAGE_A1, "缺三样")
    full = make.person(make.VILLAGE_A1, "齐全", id_number=make.id_number("35058119500520001"), born_on="1950-05-20")
    fact(full, registry.Disability, grade=3, cause="war", from_on="2001-07", certificate_no="闽残1")
    fact(full, registry.BankAccount, bank="石狮农商银行", account="6222", holder="齐全")
    look()
    with acting(make.system()):
        papers = dict(Finding.objects.filter(programme="disability_pension").values_list("person_id", "papers"))
    assert papers == {bare.id: ["残疾军人证", "居民身份证", "银行账户"], full.id: []}


GROUPS = {
    "rural_over60": RURAL_60,
    "disability_pension": DISABILITY,
    "hardship_aid": ONCE,
    "survivors_pension": SURVIVORS,
    "conscript_family": YEARLY,
    "funeral_aid": ONCE,
    "nursing_fee": NURSING,
}
BROKEN = (
    ("rural_over60", "returned_rural and discharged > 0", "discharged > 0"),
    ("disability_pension", "year > floor(handed_over, 12)", "year >= floor(handed_over, 12)"),
    ("hardship_aid", "need_fen >= rate('hardship_floor')", "need_fen > rate('hardship_floor')"),
    ("survivors_pension", "month <= born + 216", "month < born + 216"),
    ("conscript_family", "month > conscript_since and", "month >= conscript_since and"),
    ("funeral_aid", "death_kind == 'illness' and", "death_kind != 'old_wound' and"),
    ("nursing_fee", "provision == 'dispersed'", "provision != 'collective'"),
)


@pytest.mark.parametrize(("programme", "written", "broken"), BROKEN)
def test_one_broken_condition_is_noticed(programme, written, broken, tmp_path, monkeypatch):
    """The known lives are no copy of the rules: where one rule is broken, found and known differ."""
    shutil.copytree(settings.DATA / "benefits", tmp_path / "benefits")
    path = tmp_path / "benefits" / "programmes" / f"{programme}.toml"
    text = path.read_text(encoding="utf-8")
    assert written in text
    path.write_text(text.replace(written, broken), encoding="utf-8")
    wrong = Rulebook.read(tmp_path / "benefits")
    truth = settle((life, life.award, "active" if life.award else "") for life in GROUPS[programme])
    monkeypatch.setattr(rulebook, "rulebook", lambda: wrong)
    assert look() != truth
