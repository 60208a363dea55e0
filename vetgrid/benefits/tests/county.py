"""Builders for tests of benefits: a staffed county, people with facts, awards that pay."""

from datetime import date
from typing import Any

from tests import builders as make
from vetgrid.benefits.actions import Cause
from vetgrid.benefits.actions.awarding import begin
from vetgrid.benefits.actions.facts import Stated, add
from vetgrid.benefits.models import Award
from vetgrid.core.clock import now
from vetgrid.core.places import Places
from vetgrid.core.ruling.months import read_month
from vetgrid.core.scope import acting
from vetgrid.registry import models as registry
from vetgrid.registry.models import Person

TODAY = date(2023, 12, 28)
COUNTY = Places.of([make.COUNTY])


def fact(person: Person, model: type[registry.Fact], **values: Any) -> Any:
    """A registry fact of this person, known since the first of January 2019 unless said otherwise."""
    known = {
        "source": "archive",
        "known_since": now().replace(year=2019, month=1, day=1),
        "recorded_by": make.system().id,
    }
    with acting(make.system()):
        return model._default_manager.create(person=person, division=person.division, **known | values)


def benefit_fact(
    person: Person, group: str, from_month: str | None = None, to_month: str | None = None, **values: Any
) -> Any:
    with acting(make.system()):
        stated = Stated(
            group,
            {},
            read_month(from_month) if from_month else None,
            read_month(to_month) if to_month else None,
            "archive",
        )
        return add(person, stated, values, by=make.system())


def disabled(
    division: int = make.VILLAGE_A1, name: str = "伤残一", *, grade: int = 3, cause: str = "war", **values: Any
) -> Person:
    """A living soldier with a rated disability: 92320 yuan a year for war/3 from August 2022."""
    person = make.person(division, name, **values)
    fact(person, registry.Disability, grade=grade, cause=cause, from_on="2001-07", certificate_no="闽残1")
    return person


def old_soldier(
    division: int = make.VILLAGE_A1, name: str = "老兵一", *, born: str = "1955-03-12", **values: Any
) -> Person:
    """A rural soldier of three years: 1979-12 to 1982-12."""
    person = make.person(division, name, born_on=born, **values)
    fact(
        person,
        registry.Service,
        enlisted_on="1979-12",
        discharged_on="1982-12",
        discharge_kind="returned",
        kind="conscript",
        certificate_no="闽1",
    )
    fact(person, registry.PersonClass, code="81")
    return person


def awarded(person: Person, programme: str, month: str = "2019-01", **values: Any) -> Award:
    with acting(make.system()):
        return begin(
            person_id=person.id,
            division=person.division,
            programme=programme,
            month=read_month(month),
            decision=None,
            cause=Cause("原已享受"),
            by=make.system(),
            today=TODAY,
            **values,
        )
