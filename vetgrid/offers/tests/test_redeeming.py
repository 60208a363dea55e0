"""Redeeming at a till: one use, told apart when not taken, a receipt for both, nothing personal for the merchant."""

import time

import pytest

from tests import builders as make
from vetgrid.core.errors import Conflict
from vetgrid.core.scope import acting
from vetgrid.offers import rules, signing
from vetgrid.offers.actions import complaining
from vetgrid.offers.models import Complaint, Offer, Receipt, Redemption, Try
from vetgrid.offers.sessions import as_shop
from vetgrid.offers.tests import alliance
from vetgrid.registry.models import Person
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    make.staffed_county()
    merchant = alliance.merchant()
    return {
        "merchant": merchant,
        "offer": alliance.offer(merchant),
        "shop": alliance.till(merchant),
        "person": alliance.entitled(),
    }


def test_a_code_gives_both_sides_a_receipt_with_the_same_number(place):
    verdict = alliance.redeem(place["shop"], place["offer"], alliance.code(place["person"]).text)
    assert verdict.is_good and verdict.label == "优待对象" and verdict.number
    with acting(make.system()):
        redemption, receipt = Redemption.objects.get(), Receipt.objects.get()
    assert redemption.number == receipt.number == verdict.number
    assert receipt.person_id == place["person"].id and receipt.merchant_name == "同心餐馆"
    assert receipt.division == place["person"].division and redemption.division == place["merchant"].division


def test_the_typed_number_works_like_the_scanned_code(place):
    shown = alliance.code(place["person"])
    verdict = alliance.redeem(place["shop"], place["offer"], f"{shown.short[:4]} {shown.short[4:]}")
    assert verdict.is_good


def test_a_code_serves_once(place):
    text = alliance.code(place["person"]).text
    assert alliance.redeem(place["shop"], place["offer"], text).is_good
    again = alliance.redeem(place["shop"], place["offer"], text)
    assert again.key == "replayed" and "已经用过" in again.sentence


def test_a_photographed_code_used_elsewhere_within_its_half_minute_is_refused_the_second_time(place):
    other = alliance.merchant(make.VILLAGE_B1, "远处超市")
    elsewhere, there = alliance.till(other), alliance.offer(other)
    shown = alliance.code(place["person"])
    assert alliance.redeem(place["shop"], place["offer"], shown.text).is_good
    photo = alliance.redeem(elsewhere, there, shown.text)
    typed = alliance.redeem(elsewhere, there, shown.short)
    assert (photo.key, typed.key) == ("replayed", "replayed")
    with acting(make.system()):
        assert Redemption.objects.count() == 1
        first = Redemption.objects.get()
        assert set(Try.objects.values_list("merchant_id", "redemption_id")) == {(other.id, first.id)}


def test_expired_forged_foreign_and_unreadable_codes_are_told_apart(place, monkeypatch):
    shown, moment = alliance.code(place["person"]), time.time()
    shop, offer = place["shop"], place["offer"]
    with alliance.at_time(monkeypatch, moment + 120):
        late, late_typed = alliance.redeem(shop, offer, shown.text), alliance.redeem(shop, offer, shown.short)
    letter = "A" if shown.text[-1] != "A" else "B"
    forged = alliance.redeem(shop, offer, shown.text[:-1] + letter)
    foreign = alliance.redeem(shop, offer, shown.text.replace("350581", "350582"))
    other = alliance.redeem(shop, offer, "https://u.wechat.com/abc")
    slip = alliance.redeem(shop, offer, shown.short[:-1] + str((int(shown.short[-1]) + 1) % 10))
    unknown = alliance.redeem(shop, offer, rules.short_of(int(shown.short[:7]) + 1))
    found = [late.key, forged.key, foreign.key, other.key, slip.key, unknown.key]
    assert found == ["expired", "forged", "foreign", "unreadable", "mistyped", "unknown"]
    assert late_typed.key == "expired"
    assert len({late.sentence, forged.sentence, foreign.sentence, other.sentence, slip.sentence, unknown.sentence}) == 6
    with acting(make.system()):
        assert Try.objects.count() == 7 and not Redemption.objects.exists()


def test_a_signed_code_that_was_deleted_meanwhile_is_expired(place):
    text = signing.signed(rules.CodeBody(signing.own_county(), signing.current_step(), 12345))
    assert alliance.redeem(place["shop"], place["offer"], text).key == "expired"


def test_an_offer_for_some_classes_names_the_class_and_turns_others_away_without_spending_the_code(place):
    some = alliance.offer(place["merchant"], "残疾军人半价", classes=["11"])
    shown = alliance.code(place["person"], "70")
    assert alliance.redeem(place["shop"], some, shown.text).key == "not_entitled"
    assert alliance.redeem(place["shop"], place["offer"], shown.text).is_good, (
        "the code is still good for another offer"
    )
    verdict = alliance.redeem(place["shop"], some, alliance.code(place["person"], "11", "70").text)
    assert verdict.label == "残疾军人"


def test_the_last_use_is_given_once_and_the_next_customer_keeps_his_code(place):
    last = alliance.offer(place["merchant"], "赠票一张", limit=1)
    assert alliance.redeem(place["shop"], last, alliance.code(place["person"]).text).is_good
    other = alliance.code(alliance.entitled(name="李四"))
    assert alliance.redeem(place["shop"], last, other.text).key == "sold_out"
    assert alliance.redeem(place["shop"], place["offer"], other.text).is_good
    with acting(make.system()):
        assert Offer.objects.get(pk=last.pk).uses_left == 0


@pytest.mark.parametrize(
    "change",
    [{"is_shown": False, "state": "paused"}, {"to_on": make.TODAY}, {"from_on": make.TODAY.replace(year=2024)}],
)
def test_an_offer_that_is_not_in_force_is_not_redeemed(place, change):
    with acting(make.system()):
        Offer.objects.filter(pk=place["offer"].pk).update(**change)
    assert alliance.redeem(place["shop"], place["offer"], alliance.code(place["person"]).text).key == "closed"


def test_a_till_redeems_no_offer_of_another_merchant(place):
    other = alliance.offer(alliance.merchant(make.VILLAGE_B1, "别家"))
    assert alliance.redeem(place["shop"], other, alliance.code(place["person"]).text).key == "closed"


def test_many_guesses_lock_the_merchant_for_a_while_and_no_other(place):
    for at in range(20):
        assert alliance.redeem(place["shop"], place["offer"], rules.short_of(at)).key == "unknown"
    text = alliance.code(place["person"]).text
    assert alliance.redeem(place["shop"], place["offer"], text).key == "locked"
    other = alliance.merchant(make.VILLAGE_B1, "别家")
    assert alliance.redeem(alliance.till(other), alliance.offer(other), text).is_good


def test_a_merchant_refuses_with_one_tap_and_the_station_gets_an_item_with_the_persons_number(place):
    person = alliance.entitled(make.VILLAGE_B1, "赵六", phone="13900001111")
    limited = alliance.offer(place["merchant"], "赠一份", limit=3)
    verdict = alliance.redeem(place["shop"], limited, alliance.code(person).text)
    shop = place["shop"]
    call = {
        "redemption_id": verdict.redemption_id,
        "merchant_id": shop.merchant_id,
        "by": shop.actor,
        "today": make.TODAY,
    }
    with as_shop(shop):
        complaining.refuse(reason="今天没有货", **call)
        with pytest.raises(Conflict, match="已经登记"):
            complaining.refuse(reason="", **call)
        assert not Complaint.objects.exists(), "the merchant sees nothing of the complaint"
    with acting(make.system()):
        row = Complaint.objects.get()
        assert row.person_id == person.id and row.phone.reveal() == "13900001111" and row.name == "赵六"
        assert Redemption.objects.get().outcome == "refused"
        assert Offer.objects.get(pk=limited.pk).uses_left == 3, "the use was given back"
        item = WorkItem.objects.get(kind="offer_complaint")
        assert item.division == place["merchant"].division and item.owner_id


def test_refusing_is_possible_for_half_an_hour_only(place, monkeypatch):
    verdict = alliance.redeem(place["shop"], place["offer"], alliance.code(place["person"]).text)
    shop, later = place["shop"], make.now() + complaining.timedelta(minutes=31)
    monkeypatch.setattr(complaining, "now", lambda: later)
    with as_shop(shop), pytest.raises(Conflict, match="30分钟"):
        complaining.refuse(
            redemption_id=verdict.redemption_id,
            merchant_id=shop.merchant_id,
            reason="",
            by=shop.actor,
            today=make.TODAY,
        )


def test_the_dead_the_absent_and_those_without_a_class_have_nothing_to_show(place):
    from vetgrid.offers.entitlement import classes_of

    with acting(make.system()):
        person = place["person"]
        assert classes_of(person, on=make.TODAY) == ("70",)
        plain = make.person(make.VILLAGE_A1, "无类别")
        assert classes_of(plain, on=make.TODAY) == ()
        for change in ({"died_on": "2023-05"}, {"left_on": make.TODAY}):
            Person.objects.filter(pk=person.pk).update(**change)
            assert classes_of(Person.objects.get(pk=person.pk), on=make.TODAY) == ()
            Person.objects.filter(pk=person.pk).update(died_on=None, left_on=None)
