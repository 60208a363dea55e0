"""The card's own life: contact, loss that ends by itself or not, replacement by its reasons, cancelling, the old card's return."""

from datetime import timedelta

import pytest

from tests import builders as make
from vetgrid.cards.actions import applying, deciding, holding
from vetgrid.cards.models import Application, Card
from vetgrid.cards.queries.cards import accounts
from vetgrid.cards.tests.pipeline import (
    TODAY,
    act,
    card_of,
    counted,
    details,
    held,
    made,
    photographed,
    reviewed,
    veteran,
)
from vetgrid.core.errors import Conflict, Invalid, NotAllowed
from vetgrid.core.events import announce
from vetgrid.core.scope import acting
from vetgrid.registry.events import PersonMoved
from vetgrid.registry.models import Person, PersonClass
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db):
    return make.staffed_county()


def issued(place, at: int = 1) -> Card:
    one = reviewed(place, veteran(at))
    (card,) = held(place, one)
    act(place["as_clerk"], holding.issue, card_id=card.id, way="counter")
    return card_of(one)


def now(card: Card) -> Card:
    with acting(make.system()):
        return Card.objects.get(pk=card.pk)


def replacement(place, card: Card, reason: str, **values) -> Application:
    return act(
        place["as_clerk"],
        applying.ask_replacement,
        card_id=card.id,
        reason=reason,
        kind=values.pop("kind", card.kind),
        details=details(place, **values),
    )


def test_a_temporary_loss_ends_by_itself_on_its_day_and_not_before(place):
    card = issued(place)
    act(place["as_clerk"], holding.pause, card_id=card.id, on=TODAY)
    until = now(card).paused_until
    assert until == TODAY + timedelta(days=15)
    assert act(make.system(), holding.lapse_all, today=until - timedelta(days=1)) == 0
    assert now(card).state == "paused"
    assert act(make.system(), holding.lapse_all, today=until) == 1
    assert act(make.system(), holding.lapse_all, today=until) == 0
    assert now(card).state == "issued"


def test_a_lost_card_is_replaced_after_the_formal_report_only(place):
    card = issued(place)
    with pytest.raises(Invalid, match="正式挂失"):
        replacement(place, card, "lost")
    act(place["as_clerk"], holding.lose, card_id=card.id, on=TODAY, note="工行石狮支行,回执123")
    one = replacement(place, card, "lost")
    with pytest.raises(Conflict, match="撤回补领"):
        act(place["as_clerk"], holding.recover, card_id=card.id, note="在家里找到")
    photographed(place, one)
    act(place["as_town_boss"], deciding.accept, application_id=one.id)
    assert now(card).state == "replaced" and now(card).end_reason == "replaced"
    act(place["as_city_clerk"], deciding.verify, application_id=one.id, note="一致")
    act(place["as_section"], deciding.review, application_id=one.id, note="")
    counted(place["as_city_clerk"], made(place, one, parcel="ZK-2"), card_of(one).code)
    assert card_of(one).is_reissue and card_of(one).replaces_id == card.id


def test_the_bank_replaces_chips_and_worn_faces_itself(place):
    card = issued(place)
    for reason in ("chip", "worn"):
        with pytest.raises(Invalid, match="银行"):
            replacement(place, card, reason)


def test_a_replacement_waits_for_the_old_card(place):
    card = issued(place)
    one = replacement(place, card, "data")
    photographed(place, one)
    with pytest.raises(Invalid, match="交回旧证"):
        act(place["as_town_boss"], deciding.accept, application_id=one.id)
    act(place["as_town_boss"], deciding.accept, application_id=one.id, has_old_card=True)
    assert now(card).returned_on == TODAY


def test_the_kind_changes_only_to_one_that_the_file_bears_out(place):
    card = issued(place)
    with pytest.raises(Invalid, match="请选择变更后"):
        replacement(place, card, "kind")
    with pytest.raises(Invalid, match="请改选"):
        replacement(place, card, "kind", kind="survivor")
    with acting(make.system()):
        person = Person.objects.get(pk=card.person_id)
        PersonClass.objects.create(
            person=person,
            division=person.division,
            code="21",
            source="archive",
            known_since=make.now(),
            recorded_by=make.system().id,
        )
    one = replacement(place, card, "kind", kind="survivor")
    assert one.kind == "survivor" and one.identities == "veteran,survivor"


def test_a_later_disqualification_cancels_and_asks_the_card_back(place):
    card = issued(place)
    with pytest.raises(NotAllowed):
        act(place["as_clerk"], holding.cancel, card_id=card.id, reason="disqualified", note="判决")
    act(place["as_section"], holding.cancel, card_id=card.id, reason="disqualified", note="判决书已核")
    with acting(make.system()):
        item = WorkItem.objects.get(kind="card_take_back", subject_id=card.id)
    assert item.station_id == place["town"].id and now(card).returned_on is None
    act(place["as_clerk"], holding.take_back, card_id=card.id, on=TODAY, note="本人交回")
    with pytest.raises(Conflict, match="已经登记收回"):
        act(place["as_clerk"], holding.take_back, card_id=card.id, on=TODAY, note="")


def test_contact_is_noted_with_its_reason_and_counted(place):
    one = reviewed(place)
    (card,) = held(place, one)
    with pytest.raises(Invalid):
        act(place["as_clerk"], holding.try_contact, card_id=card.id, reason="x", note="打过电话")
    act(place["as_clerk"], holding.try_contact, card_id=card.id, reason="away", note="在外务工,春节回来")
    assert (now(card).unissued_reason, now(card).tries) == ("away", 1)


def test_applications_and_cards_are_counted_apart_and_the_difference_is_explained(place):
    lost = issued(place)
    reviewed(place, veteran(2))
    act(place["as_clerk"], holding.lose, card_id=lost.id, on=TODAY, note="工行回执")
    again = replacement(place, lost, "lost")
    photographed(place, again)
    act(place["as_town_boss"], deciding.accept, application_id=again.id)
    act(place["as_city_clerk"], deciding.verify, application_id=again.id, note="一致")
    act(place["as_section"], deciding.review, application_id=again.id, note="")
    counted(place["as_city_clerk"], made(place, again, parcel="ZK-3"), card_of(again).code)
    with acting(place["as_section"]):
        found = accounts(seen_by=place["as_section"], today=TODAY)
    balance = found.balance
    assert (balance.applications, balance.without_card, balance.reissued, balance.signed) == (2, 1, 1, 2)
    assert balance.is_explained and found.reissued == (("lost", 1),)
    assert balance.unissued == 1 and found.unissued == (("signed", 1),)


def both_hold_a_card(place):
    """Two files of one person in two villages, each with its issued card, merged: the kept file, its card, the other card."""
    from vetgrid.registry.actions.merging import merge

    kept, other = issued(place, 1), issued(place, 2)
    make.cell(make.VILLAGE_A2)
    with acting(make.system()):
        Person.objects.filter(pk=other.person_id).update(division=make.VILLAGE_A2)
        announce(PersonMoved(other.person_id, make.VILLAGE_A1, make.VILLAGE_A2, True), by=make.system(), today=TODAY)
        merge(kept_id=kept.person_id, absorbed_id=other.person_id, by=make.system(), today=TODAY)
    return kept, other


def test_of_two_cards_of_merged_files_one_is_left_and_the_other_cancelled_and_handed_in(place):
    kept, other = both_hold_a_card(place)
    assert (now(kept).state, now(other).state) == ("issued", "issued"), "a merge takes no card out of anybody's hands"
    act(place["as_section"], holding.cancel, card_id=other.id, reason="merged", note="同一人两份档案")
    left = now(other)
    assert (left.state, left.end_reason, left.person_id) == ("cancelled", "merged", kept.person_id)
    with acting(make.system()):
        assert WorkItem.objects.get(kind="card_take_back").subject_id == other.id
    act(place["as_clerk"], holding.take_back, card_id=other.id, on=TODAY, note="已交回")
    with acting(make.system()):
        assert not WorkItem.objects.filter(kind="card_take_back", closed_on=None).exists()
    with pytest.raises(Invalid, match="请检查|重复") as refused:
        act(place["as_section"], holding.cancel, card_id=kept.id, reason="merged", note="再来")
    assert "只有这一张" in refused.value.fields["reason"]


def test_the_card_of_the_closed_file_may_be_the_one_that_is_left(place):
    kept, other = both_hold_a_card(place)
    act(place["as_section"], holding.cancel, card_id=kept.id, reason="merged", note="留新证")
    assert now(kept).state == "cancelled"
    assert (now(other).state, now(other).person_id) == ("issued", kept.person_id)
