"""The nearest offers are exactly the nearest, whatever cells they lie in, and nobody can buy a place in the list."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests import builders as make
from vetgrid.core.scope import acting
from vetgrid.offers import rules
from vetgrid.offers.models import Merchant, Offer
from vetgrid.offers.queries import alliance as queries
from vetgrid.offers.tests import alliance

pytestmark = pytest.mark.django_db
degrees = some.integers(-60_000, 60_000)


@given(degrees, degrees, degrees, degrees, some.sampled_from(rules.RINGS))
def test_what_is_nearer_than_a_rings_certain_distance_lies_in_its_cells(up, right, other_up, other_right, ring):
    here = (alliance.LAT + up, alliance.LNG + right)
    there = (alliance.LAT + other_up, alliance.LNG + other_right)
    if rules.metres(*here, *there) <= rules.certain_metres(here[0], ring):
        assert rules.cell_of(*there) in rules.cells_around(*here, ring)


def test_a_known_distance_is_right_within_a_percent():
    assert abs(rules.metres(24_732_000, 118_648_000, 24_874_000, 118_675_000) - 16_030) < 160


@pytest.mark.parametrize("spread", [3_000, 30_000, 150_000])
def test_the_list_equals_the_one_that_looks_at_every_offer(spread):
    make.county()
    dice = random.Random(spread)
    for at in range(60):
        lat = alliance.LAT + dice.randint(-spread, spread)
        lng = alliance.LNG + dice.randint(-spread, spread)
        alliance.offer(alliance.merchant(make.VILLAGE_A1, f"商家{at:02d}", lat_e6=lat, lng_e6=lng), f"优惠{at:02d}")
    anybody = make.actor("auditor", make.full_code("350582"))
    with acting(anybody):
        for _ in range(8):
            here = (alliance.LAT + dice.randint(-spread, spread), alliance.LNG + dice.randint(-spread, spread))
            found = queries.nearest(lat_e6=here[0], lng_e6=here[1], on=make.TODAY, seen_by=anybody, most=10)
            every = [(rules.metres(*here, row.lat_e6, row.lng_e6), row) for row in Offer.objects.all()]
            reach = rules.certain_metres(here[0], rules.RINGS[-1])
            expected = sorted(distance for distance, _ in every if distance <= reach)[:10]
            assert [one.metres for one in found][: len(expected)] == expected


def test_the_public_list_is_by_name_and_knows_neither_payment_nor_rank():
    make.county()
    for name in ("丙店", "甲店", "乙店"):
        alliance.offer(alliance.merchant(make.VILLAGE_A1, name))
    anybody = make.actor("auditor", make.full_code("350582"))
    with acting(anybody):
        names = [row.merchant.name for row in queries.shown(on=make.TODAY, seen_by=anybody)]
    assert names == sorted(names)
    for model in (Merchant, Offer):
        fields = {field.name for field in model._meta.get_fields()}
        assert not fields & {"rank", "weight", "paid_fen", "fee_fen", "priority", "is_promoted", "score"}, (
            model.__name__
        )


def test_an_offer_for_one_class_is_near_only_for_those_who_belong_to_it():
    make.county()
    merchant = alliance.merchant()
    alliance.offer(merchant, "残疾军人专享", classes=["11"])
    anybody = make.actor("auditor", make.full_code("350582"))
    call = {"lat_e6": alliance.LAT, "lng_e6": alliance.LNG, "on": make.TODAY, "seen_by": anybody}
    with acting(anybody):
        assert queries.nearest(classes=("70",), **call) == []
        assert len(queries.nearest(classes=("70", "11"), **call)) == 1
