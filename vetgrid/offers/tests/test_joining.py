"""A merchant's life: application with a checked licence, verification, agreement, sign, renewal every year, exit."""

from datetime import timedelta

import pytest

from tests import builders as make
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.scope import acting
from vetgrid.offers.actions import joining, offering, shops
from vetgrid.offers.models import Merchant, Offer, Term
from vetgrid.offers.queries import alliance as queries
from vetgrid.offers.tests import alliance
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.staffed_county()


def asked(**values):
    base = {
        "name": "同心餐馆",
        "licence": alliance.licence(),
        "trade": "food",
        "address": "振兴路1号",
        "phone": "0595-80000000",
        "contact": "林老板",
        "contact_phone": "13800001111",
        "lat_e6": alliance.LAT,
        "lng_e6": alliance.LNG,
    }
    return joining.Application(**(base | values))


def applied(office, **values):
    by = office["as_town_boss"]
    with acting(by):
        return joining.apply(asked(**values), station_id=office["town"].id, by=by, today=make.TODAY)


def step(office, row, key, who="as_section", **values):
    with acting(office[who]):
        return joining.move(
            merchant_id=row.id, key=key, by=office[who], today=values.pop("today", make.TODAY), **values
        )


def listed(office):
    row = applied(office)
    step(office, row, "verify", "as_town_boss")
    step(office, row, "agree", signer="林老板")
    return step(office, row, "hang", "as_town_boss", sign_number="SS23001")


def test_a_wrong_licence_number_is_refused_at_once_and_nothing_is_kept(office):
    right = alliance.licence()
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    with pytest.raises(Invalid, match="校验位"):
        applied(office, licence=wrong)
    with acting(make.system()):
        assert not Merchant.objects.exists() and not WorkItem.objects.exists()


def test_the_same_shop_is_not_registered_twice_but_a_second_branch_may_be(office):
    first = applied(office)
    with pytest.raises(Invalid, match=first.number):
        applied(office)
    assert applied(office, address="振兴路2号").number != first.number


def test_coordinates_that_were_exchanged_are_noticed(office):
    with pytest.raises(Invalid, match="坐标"):
        applied(office, lat_e6=alliance.LNG, lng_e6=alliance.LAT)


def test_from_application_to_the_sign_with_an_item_that_ends(office):
    row = listed(office)
    assert row.state == "listed" and row.renew_by == make.TODAY.replace(year=2024) - timedelta(days=1)
    with acting(make.system()):
        item = WorkItem.objects.get(kind="merchant")
        assert item.closed_on and item.outcome == "已挂牌"
        assert [s.move for s in row.steps.order_by("at", "id")] == ["apply", "verify", "agree", "hang"]


def test_the_clerk_who_registers_does_not_sign_the_agreement(office):
    row = applied(office)
    step(office, row, "verify", "as_town_boss")
    with pytest.raises(NotAllowed):
        step(office, row, "agree", "as_town_boss", signer="林老板")


def test_a_move_out_of_order_says_what_is_possible(office):
    row = applied(office)
    with pytest.raises(Conflict, match="实地核实"):
        step(office, row, "hang", "as_town_boss", sign_number="1")


def test_every_year_a_renewal_is_reminded_of_once_and_ends_with_the_new_agreement(office):
    row = listed(office)
    near = row.renew_by - timedelta(days=20)
    with acting(make.system()):
        assert joining.remind_of_renewals(by=make.system(), today=row.renew_by - timedelta(days=40)) == 0
        assert joining.remind_of_renewals(by=make.system(), today=near) == 1
        assert joining.remind_of_renewals(by=make.system(), today=near) == 0
    renewed = step(office, row, "renew", signer="林老板", today=near)
    assert renewed.renew_by.year == 2025
    with acting(make.system()):
        assert WorkItem.objects.get(kind="merchant_renewal").outcome == "已续签"
        first, second = Term.objects.order_by("from_on")
        assert second.from_on == first.to_on + timedelta(days=1), "no gap between two years"


def test_an_agreement_that_had_run_out_begins_anew_today(office):
    row = listed(office)
    late = row.renew_by + timedelta(days=40)
    renewed = step(office, row, "renew", signer="林老板", today=late)
    with acting(make.system()):
        assert Term.objects.order_by("-from_on").first().from_on == late
    assert renewed.renew_by == late.replace(year=late.year + 1) - timedelta(days=1)


def test_offers_are_shown_only_while_they_and_their_merchant_are_listed(office):
    row = applied(office)
    by = office["as_city_clerk"]
    wording = offering.Wording("堂食八折", "percent", 80, "堂食八折", (), make.TODAY, None, None)

    def shown():
        with acting(make.actor("auditor", make.full_code("350582"))) as anybody:
            return list(queries.shown(on=make.TODAY, seen_by=anybody).values_list("title", flat=True))

    with acting(by):
        offer = offering.propose(wording, merchant_id=row.id, by=by, today=make.TODAY)
        with pytest.raises(Conflict, match="还没有挂牌"):
            offering.move_offer(offer_id=offer.id, key="publish", by=by, today=make.TODAY)
    step(office, row, "verify", "as_town_boss")
    step(office, row, "agree", signer="林老板")
    step(office, row, "hang", "as_town_boss", sign_number="1")
    assert shown() == []
    with acting(by):
        offering.move_offer(offer_id=offer.id, key="publish", by=by, today=make.TODAY)
    assert shown() == ["堂食八折"]
    step(office, row, "pause", "as_town_boss", note="装修")
    assert shown() == []
    step(office, row, "resume", "as_town_boss")
    assert shown() == ["堂食八折"]
    step(office, row, "leave", note="停业")
    assert shown() == []
    with acting(make.system()):
        assert Offer.objects.get().state == "ended"


def test_a_discount_needs_a_number_and_nothing_else_has_one(office):
    row, by = listed(office), office["as_city_clerk"]
    for kind, percent in (("percent", None), ("free", 80)):
        wording = offering.Wording("优惠", kind, percent, "内容", (), make.TODAY, None, None)
        with acting(by), pytest.raises(Invalid):
            offering.propose(wording, merchant_id=row.id, by=by, today=make.TODAY)


def test_no_account_before_the_agreement(office):
    row, by = applied(office), office["as_city_clerk"]
    with acting(by), pytest.raises(Conflict, match="签订协议"):
        shops.open_account(merchant_id=row.id, name="收银台", by=by, today=make.TODAY)


def test_a_town_sees_and_moves_no_merchant_of_another_town(office):
    row = alliance.merchant(make.VILLAGE_B1, "别镇商家")
    by = office["as_town_boss"]
    with acting(by):
        assert list(queries.merchants(queries.MerchantFilter(), seen_by=by, today=make.TODAY)) == []
        with pytest.raises(NotFound):
            joining.move(merchant_id=row.id, key="pause", note="x", by=by, today=make.TODAY)
