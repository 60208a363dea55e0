"""Batches: every card of the list ends as received, short or damaged; the counts balance under any sequence, and the database says so."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests import builders as make
from vetgrid.cards import rules
from vetgrid.cards.actions import handing, holding
from vetgrid.cards.models import Application, Batch, BatchLine, Card
from vetgrid.cards.tests.pipeline import (
    TODAY,
    act,
    card_number,
    card_of,
    counted,
    held,
    made,
    reviewed,
    signed,
    veteran,
)
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.scope import acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db):
    return make.staffed_county()


def now(batch: Batch) -> Batch:
    with acting(make.system()):
        return Batch.objects.get(pk=batch.pk)


def numbers(batch: Batch) -> rules.Counts:
    row = now(batch)
    return rules.Counts(row.sent_count, row.received_count, row.short_count, row.damaged_count)


def lines(batch: Batch) -> rules.Counts:
    with acting(make.system()):
        return rules.counted(BatchLine.objects.filter(batch=batch).values_list("outcome", flat=True))


def commit() -> None:
    """Runs what waits for the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def committed(rows, **change) -> None:
    """Writes past the program, up to the commit."""
    with transaction.atomic():
        rows.update(**change)
        commit()


def test_a_batch_ends_with_received_short_and_damaged_adding_up(place):
    ones = [reviewed(place, veteran(at)) for at in (1, 2, 3)]
    batch = made(place, *ones)
    first, second, _ = (card_of(one) for one in ones)
    counted(
        place["as_city_clerk"], batch, first.code, second.code, damaged=(second.code,), note="少一张,已电告制卡单位"
    )
    assert numbers(batch) == lines(batch) == rules.Counts(3, 1, 1, 1)
    assert [card_of(one).state for one in ones] == ["signed", "damaged", "missing"]
    with acting(make.system()):
        assert Application.objects.get(pk=ones[1].pk).state == "bank_passed", "a damaged card is made again"
    commit()


def test_a_scan_takes_the_code_in_any_case_or_the_cards_own_number(place):
    ones = [reviewed(place, veteran(at)) for at in (1, 2)]
    batch = made(place, *ones)
    by = place["as_city_clerk"]
    act(by, handing.scan, batch_id=batch.id, text=f" {card_of(ones[0]).code.lower()} \n")
    act(by, handing.scan, batch_id=batch.id, text=card_number(ones[1]))
    assert numbers(batch).received == 2


def test_a_card_of_another_batch_a_second_scan_and_the_batch_code_itself_are_told_apart(place):
    one, other = reviewed(place), reviewed(place, veteran(2))
    batch, foreign = made(place, one), made(place, other, parcel="ZK-2")
    by = place["as_city_clerk"]
    act(by, handing.scan, batch_id=batch.id, text=card_of(one).code)
    with pytest.raises(Conflict, match="已经清点为“收到”"):
        act(by, handing.scan, batch_id=batch.id, text=card_of(one).code)
    with pytest.raises(Invalid, match="不在本批次清单里"):
        act(by, handing.scan, batch_id=batch.id, text=card_of(other).code)
    with pytest.raises(Conflict, match="批次号"):
        act(by, handing.scan, batch_id=batch.id, text=batch.number)
    assert numbers(batch) == rules.Counts(1, 1) and numbers(foreign) == rules.Counts(1)


def test_a_closed_batch_takes_no_more_and_a_short_one_needs_words(place):
    one = reviewed(place)
    batch = made(place, one)
    with pytest.raises(Invalid, match="还有1张没有扫到"):
        act(place["as_city_clerk"], handing.close, batch_id=batch.id, note="")
    act(place["as_city_clerk"], handing.close, batch_id=batch.id, note="包里没有")
    with pytest.raises(Conflict, match="不能再改"):
        act(place["as_city_clerk"], handing.scan, batch_id=batch.id, text=card_of(one).code)


def test_a_short_card_that_turns_up_moves_from_short_to_received(place):
    one = reviewed(place)
    batch = made(place, one)
    act(place["as_city_clerk"], handing.close, batch_id=batch.id, note="包里没有")
    act(place["as_city_clerk"], handing.find, card_id=card_of(one).id, note="夹在另一箱")
    assert numbers(batch) == lines(batch) == rules.Counts(1, 1, 0, 0)
    assert card_of(one).state == "signed" and card_of(one).signed_on == TODAY
    commit()


def test_a_short_card_that_stays_away_is_written_off_and_made_again(place):
    one = reviewed(place)
    batch = made(place, one)
    act(place["as_city_clerk"], handing.close, batch_id=batch.id, note="包里没有")
    act(place["as_city_clerk"], handing.write_off, card_id=card_of(one).id, note="邮路查无下落")
    with acting(make.system()):
        assert Application.objects.get(pk=one.pk).state == "bank_passed"


def test_nobody_issues_what_no_station_counted_in(place):
    one = reviewed(place)
    (card,) = signed(place, one)
    with pytest.raises(Conflict, match="县已签收"):
        act(place["as_town_boss"], holding.issue, card_id=card.id, way="counter")
    with acting(make.system()), pytest.raises(DatabaseError, match="card_issued_was_received"), transaction.atomic():
        Card.objects.filter(pk=card.pk).update(issued_on=TODAY, state="issued")
    with acting(make.system()), pytest.raises(DatabaseError, match="没有清点入站的记录"):
        committed(Card.objects.filter(pk=card.pk), received_on=TODAY, issued_on=TODAY, state="issued")


def test_numbers_that_are_not_those_of_the_lines_are_refused_by_the_database(place):
    batch = made(place, reviewed(place))
    for change in ({"received_count": 1}, {"sent_count": 2}, {"closed_on": TODAY}):
        with acting(make.system()), pytest.raises(DatabaseError):
            committed(Batch.objects.filter(pk=batch.pk), **change)
    with acting(make.system()), pytest.raises(DatabaseError, match="与清单不符"):
        committed(BatchLine.objects.filter(batch=batch), outcome="received")


def test_the_receiving_station_counts_and_the_sender_only_looks(place):
    one = reviewed(place)
    (card,) = signed(place, one)
    batch = act(place["as_city_clerk"], handing.pack, station_id=place["town"].id, card_ids=[card.id], note="")
    with pytest.raises(NotAllowed):
        act(place["as_section"], handing.scan, batch_id=batch.id, text=card.code)
    with pytest.raises(NotFound):
        act(place["as_other_clerk"], handing.scan, batch_id=batch.id, text=card.code)
    act(place["as_town_boss"], handing.scan, batch_id=batch.id, text=card.code)
    assert card_of(one).state == "held" and card_of(one).station_id == place["town"].id


def test_a_town_hands_on_to_its_village_and_not_to_another(place):
    one = reviewed(place)
    (card,) = held(place, one)
    with pytest.raises(Invalid, match="不在.*辖区"):
        act(place["as_town_boss"], handing.pack, station_id=place["other_village"].id, card_ids=[card.id], note="")
    batch = act(place["as_town_boss"], handing.pack, station_id=place["village"].id, card_ids=[card.id], note="")
    counted(place["as_clerk"], batch, card.code)
    assert card_of(one).station_id == place["village"].id
    act(place["as_clerk"], holding.issue, card_id=card.id, way="delivery")


def test_a_card_nobody_comes_for_goes_back_up_after_three_months_and_not_before(place):
    one = reviewed(place)
    (card,) = held(place, one)
    early, late = TODAY + timedelta(days=60), TODAY + timedelta(days=95)
    act(place["as_clerk"], holding.try_contact, card_id=card.id, reason="unreachable", note="电话停机,家中无人")
    with pytest.raises(Conflict, match="2024年3月28日"):
        act(place["as_town_boss"], handing.hand_up, card_ids=[card.id], note="", today=early)
    batch = act(place["as_town_boss"], handing.hand_up, card_ids=[card.id], note="三个月联系不上", today=late)
    act(place["as_city_clerk"], handing.scan, batch_id=batch.id, text=card.code, today=late)
    assert card_of(one).state == "handed_up"


def test_a_card_cancelled_on_its_way_is_counted_and_stays_cancelled(place):
    one = reviewed(place)
    batch = made(place, one)
    act(place["as_section"], holding.cancel, card_id=card_of(one).id, reason="disqualified", note="判决书已核")
    counted(place["as_city_clerk"], batch, card_of(one).code)
    assert card_of(one).state == "cancelled" and numbers(batch) == rules.Counts(1, 1)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=some.data())
def test_counts_balance_under_any_sequence_of_scans_damages_finds_and_closings(
    data, django_db_setup, django_db_blocker
):
    """Whatever is done in whatever order, batch and lines agree after every act, and a closed batch balances."""
    with django_db_blocker.unblock(), transaction.atomic():
        place = make.staffed_county()
        ones = [reviewed(place, veteran(at)) for at in range(1, 5)]
        batch = made(place, *ones)
        cards = [card_of(one) for one in ones]
        moves = some.tuples(some.sampled_from(["scan", "damage", "close", "find", "write_off"]), some.integers(0, 3))
        for what, at in data.draw(some.lists(moves, max_size=12)):
            _try(place, batch, cards[at], what)
            assert numbers(batch) == lines(batch)
            assert numbers(batch).waiting >= 0
            assert now(batch).closed_on is None or numbers(batch).balances
        commit()
        transaction.set_rollback(True)


def _try(place, batch: Batch, card: Card, what: str) -> None:
    by = place["as_city_clerk"]
    try:
        with transaction.atomic():
            if what in ("scan", "damage"):
                act(by, handing.scan, batch_id=batch.id, text=card.code, is_damaged=what == "damage")
            elif what == "close":
                act(by, handing.close, batch_id=batch.id, note="结束")
            elif what == "find":
                act(by, handing.find, card_id=card.id, note="找到")
            else:
                act(by, handing.write_off, card_id=card.id, note="查无下落")
    except (Conflict, Invalid):
        pass


@given(some.lists(some.sampled_from(["", "received", "short", "damaged"]), max_size=60))
def test_the_counts_of_any_lines_add_up(outcomes):
    counts = rules.counted(outcomes)
    assert counts.sent == counts.received + counts.short + counts.damaged + counts.waiting
    assert counts.balances == ("" not in outcomes)
