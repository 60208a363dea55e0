"""Files from outside: applied once, repeated rows told apart, nothing dropped, and formats that are data."""

import pytest

from tests import builders as make
from vetgrid.cards.actions import holding, outside
from vetgrid.cards.models import Application, Batch, Card, StepFile, StepRow
from vetgrid.cards.tests.pipeline import (
    accepted,
    act,
    card_number,
    card_of,
    held,
    load,
    made,
    reviewed,
    sheet,
    veteran,
)
from vetgrid.core.errors import Conflict, Invalid, NotAllowed
from vetgrid.core.scope import acting
from vetgrid.core.sheets import SheetError

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db):
    return make.staffed_county()


def rows(file: StepFile) -> list[StepRow]:
    with acting(make.system()):
        return list(StepRow.objects.filter(file=file).order_by("row_no"))


def state(one: Application) -> str:
    with acting(make.system()):
        return Application.objects.get(pk=one.pk).state


def test_every_row_is_applied_repeated_or_listed_and_none_is_dropped(place):
    ready, early, done = reviewed(place), accepted(place, veteran(2)), reviewed(place, veteran(3))
    load(place, "city", (done.number, "通过", "2023-12-27"))
    file = load(
        place,
        "city",
        (ready.number, "通过", "2023-12-28"),
        (early.number, "通过", "2023-12-28"),
        (done.number, "通过", "2023-12-28"),
        ("优申〔2023〕999号", "通过", "2023-12-28"),
        (ready.number, "也许", "2023-12-28"),
        ("", "通过", ""),
    )
    assert (file.rows, file.applied, file.repeated, file.unmatched) == (6, 1, 1, 4)
    assert file.rows == len(rows(file)) == file.applied + file.repeated + file.unmatched
    sentences = " ".join(row.sentence for row in rows(file))
    for part in ("已受理", "没有编号为“优申〔2023〕999号”", "“也许”不认识"):
        assert part in sentences
    assert (state(ready), state(early), state(done)) == ("city_passed", "accepted", "city_passed")


def test_the_same_file_twice_is_one_file_and_the_same_rows_in_another_are_repeated(place):
    one = reviewed(place)
    body = sheet("city", (one.number, "通过", "2023-12-28"))
    by = place["as_city_clerk"]
    first = act(by, outside.load, step="city", name="市.xlsx", body=body)
    again = act(by, outside.load, step="city", name="市(1).xlsx", body=body)
    assert first.id == again.id
    other = load(place, "city", (one.number, "同意", "2023-12-28"))
    assert (other.applied, other.repeated) == (0, 1)


def test_the_maker_makes_each_card_once_and_a_number_belongs_to_one(place):
    one, other = reviewed(place), reviewed(place, veteran(2))
    made(place, one)
    for step in ("city", "province", "bank"):
        word = {"city": "通过", "province": "备案", "bank": "成功"}[step]
        load(place, step, (other.number, word, "2023-12-28"))
    file = load(
        place,
        "maker",
        (one.number, "成功", "2023-12-28", card_number(one), "ZK-9"),
        (other.number, "成功", "2023-12-28", card_number(one), "ZK-9"),
        (other.number, "成功", "2023-12-28", "12ab", "ZK-9"),
    )
    assert (file.applied, file.repeated, file.unmatched) == (0, 1, 2)
    with acting(make.system()):
        assert Card.objects.count() == 1 and not Batch.objects.filter(parcel="ZK-9", sent_count__gt=0).exists()


def test_a_return_without_a_known_reason_waits_to_be_looked_into(place):
    one = reviewed(place)
    file = load(place, "city", (one.number, "退回", "2023-12-28", "不知道", ""))
    assert file.unmatched == 1 and state(one) == "reviewed"
    load(place, "city", (one.number, "退回", "2023-12-28", "photo", "请重拍"))
    assert state(one) == "returned"


def test_a_row_that_was_looked_into_says_by_whom_and_only_once(place):
    file = load(place, "bank", ("没有", "成功", ""))
    row = rows(file)[0]
    with pytest.raises(Invalid):
        act(place["as_city_clerk"], outside.settle, row_id=row.id, note=" ")
    done = act(place["as_city_clerk"], outside.settle, row_id=row.id, note="外县的,已退回银行")
    assert done.settled_by_name == "city_clerk"
    with pytest.raises(Conflict):
        act(place["as_city_clerk"], outside.settle, row_id=row.id, note="再核")


def test_the_wrong_kind_of_file_is_refused_with_what_is_missing(place):
    by = place["as_city_clerk"]
    with pytest.raises(Invalid, match="缺少列"):
        act(by, outside.load, step="bank", name="a.xlsx", body=sheet("activation", ("1", "成功", "")))
    with pytest.raises(SheetError):
        act(by, outside.load, step="bank", name="a.xlsx", body=b"PK\x03\x04 no sheet at all")
    with pytest.raises(NotAllowed):
        act(place["as_town_boss"], outside.load, step="bank", name="a.xlsx", body=sheet("bank"))


def test_the_bank_says_which_cards_are_active(place):
    one = reviewed(place)
    (card,) = held(place, one)
    early = load(place, "activation", (card_number(one), "成功", "2023-12-28"))
    assert early.unmatched == 1 and "站内待发" in rows(early)[0].sentence
    act(place["as_clerk"], holding.issue, card_id=card.id, way="counter")
    file = load(place, "activation", (card_number(one), "已激活", "2023-12-28"), ("6217000000000000", "成功", ""))
    assert (file.applied, file.unmatched) == (1, 1) and card_of(one).activated_on is not None
