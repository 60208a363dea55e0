"""The figure of coverage agrees with its rows; the rates of the API; what the demo promises."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests import builders as make
from tests import phone
from vetgrid.citizens import queries
from vetgrid.citizens.models import Binding
from vetgrid.core import rate
from vetgrid.core.errors import TooMany
from vetgrid.core.figures import Period, declared
from vetgrid.core.scope import acting
from vetgrid.registry.models import Person


@pytest.mark.django_db
def test_coverage_is_the_share_of_its_own_rows_on_the_last_day():
    make.county()
    cell = make.cell(make.VILLAGE_A1)
    people = [make.veteran(make.VILLAGE_A1, f"王{letter}", at=cell) for letter in "甲乙丙"]
    for at, person in enumerate(people[:2]):
        phone.bind(phone.account(f"1390000000{at}"), person)
    figure = declared()["miniprogram.coverage"]
    leader = make.actor("bureau_leader", make.COUNTY)
    day = timezone.localdate()
    with acting(make.system()):
        Person.objects.update(registered_at=timezone.now() - timedelta(days=400))
        Binding.objects.filter(person=people[0]).update(bound_at=timezone.now() - timedelta(days=40))
    with acting(leader):
        rows = figure.rows(Period(None, day), leader)
        assert (rows.count(), figure.value(rows)) == (3, Decimal("66.7"))
        earlier = figure.rows(Period(None, day - timedelta(days=30)), leader)
        assert figure.value(earlier) == Decimal("33.3")
        lines = queries.board(seen_by=leader)
        assert (lines[0].veterans, lines[0].bound, lines[0].missing) == (3, 2, 1)
    with acting(make.system()):
        Binding.objects.filter(person=people[0]).update(ended_at=timezone.now())
    with acting(leader):
        assert figure.value(figure.rows(Period(None, day + timedelta(days=1)), leader)) == Decimal("33.3")


def test_calls_above_the_rate_are_refused_until_the_minute_is_over(monkeypatch):
    monkeypatch.setattr(rate, "_factor", lambda: 1)
    rate.forget()
    for _ in range(rate.policy()["rate"]["open"]):
        rate.hit("open", "203.0.113.7")
    with pytest.raises(TooMany):
        rate.hit("open", "203.0.113.7")
    rate.hit("open", "203.0.113.8")
    moment = rate.time.time()
    monkeypatch.setattr(rate.time, "time", lambda: moment + 61)
    rate.hit("open", "203.0.113.7")
    rate.forget()
