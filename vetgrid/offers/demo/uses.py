"""The demo county's redemptions of 2023 with their receipts, a few oddities for the rules to find, and complaints by the real actions."""

import random
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.clock import CHINA
from vetgrid.offers.actions import complaining
from vetgrid.offers.demo.merchants import Alliance, key
from vetgrid.offers.models import Merchant, Offer, Receipt, Redemption, Try
from vetgrid.registry.models import Person

USES = 5_400
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_REASONS = ("当日活动不叠加", "店员不知情", "优惠商品售完")
_SEASON = (5, 6, 6, 7, 8, 7, 8, 14, 8, 8, 7, 8)
"""How the year's redemptions spread over its months: 八一 brings the most."""


def redemptions(dice: random.Random, alliance: Alliance, *, today: date) -> None:
    """Rows of the year, honoured in 96 of 100 cases; uses of limited offers stay within their limit."""
    people = list(Person.objects.filter(is_veteran=True, died_on=None, left_on=None, merged_into=None).order_by("id"))
    open_offers = [offer for offer in alliance.offers if offer.is_shown]
    merchants = {row.id: row for row in alliance.merchants}
    rows: list[Redemption] = []
    receipts: list[Receipt] = []
    for _ in range(USES):
        offer, person = dice.choice(open_offers), dice.choice(people)
        on = max(_day(dice, today), offer.from_on)
        if on > today or offer.uses_left == 0:
            continue
        _add(dice, rows, receipts, offer, merchants[offer.merchant_id].name, person, _moment(dice, on))
    _oddities(dice, rows, receipts, open_offers, merchants, people, today)
    rows.sort(key=lambda row: row.at)
    insert(rows)
    insert(receipts)
    for offer in open_offers:
        if offer.limit is not None:
            Offer.objects.filter(pk=offer.pk).update(uses_left=offer.uses_left)
    first, other = rows[-40], next(row for row in rows[::-1] if row.merchant_id != rows[-40].merchant_id)
    insert(
        [
            Try(
                division=other.division,
                merchant_id=other.merchant_id,
                verdict="replayed",
                at=first.at + timedelta(seconds=21),
                tried_at=first.at + timedelta(seconds=21),
                redemption_id=first.id,
            )
        ]
    )


def _day(dice: random.Random, today: date) -> date:
    month = dice.choices(range(1, 13), _SEASON)[0]
    return date(today.year, month, 1) + timedelta(days=dice.randrange(28))


def _moment(dice: random.Random, on: date) -> datetime:
    return datetime.combine(on, time(dice.randint(8, 21), dice.randrange(60), dice.randrange(60)), CHINA)


def _add(
    dice: random.Random,
    rows: list[Redemption],
    receipts: list[Receipt],
    offer: Offer,
    merchant_name: str,
    person: Person,
    at: datetime,
) -> None:
    is_refused = dice.random() < 0.04
    if offer.uses_left is not None and not is_refused:
        offer.uses_left -= 1
    row = Redemption(
        id=key(dice),
        division=offer.division,
        number="".join(dice.choice(_LETTERS) for _ in range(10)),
        merchant_id=offer.merchant_id,
        offer_id=offer.id,
        on=at.date(),
        at=at,
        outcome="refused" if is_refused else "honoured",
        reason=dice.choice(_REASONS) if is_refused else "",
        till="收银台",
    )
    rows.append(row)
    receipts.append(
        Receipt(
            id=key(dice),
            division=person.division,
            redemption_id=row.id,
            number=row.number,
            person_id=person.id,
            on=row.on,
            at=at,
            merchant_id=offer.merchant_id,
            merchant_name=merchant_name,
            offer_id=offer.id,
            offer_title=offer.title,
        )
    )


def _oddities(
    dice: random.Random,
    rows: list[Redemption],
    receipts: list[Receipt],
    offers: list[Offer],
    merchants: dict[UUID, Merchant],
    people: list[Person],
    today: date,
) -> None:
    """A night of many redemptions, and one after its person's death."""
    offer = next(offer for offer in offers if offer.limit is None)
    called = merchants[offer.merchant_id].name
    night = today - timedelta(days=9)
    for at in range(14):
        moment = datetime.combine(night, time(23, 5 + at * 3), CHINA)
        _add(dice, rows, receipts, offer, called, dice.choice(people), moment)
    dead = Person.objects.filter(died_on__startswith="2023", merged_into=None).order_by("id").first()
    if dead is not None:
        _add(dice, rows, receipts, offer, called, dead, _moment(dice, today - timedelta(days=3)))


def complain(dice: random.Random, *, by: Actor, today: date) -> None:
    """A dozen complaints of the last weeks, at every stage."""
    offers = list(Offer.objects.filter(is_shown=True).order_by("id")[:12])
    for at, offer in enumerate(offers):
        on = today - timedelta(days=26 - 2 * at)
        row = complaining.take_down(
            kind=("refused", "worse", "price", "attitude")[at % 4],
            text="出示优待码后店员说没有这项优惠。" if at % 2 == 0 else "结账时没有按公示的折扣。",
            name=f"来电人{at + 1}",
            phone="",
            offer_id=offer.id,
            by=by,
            today=on,
        )
        call: dict[str, Any] = {"complaint_id": row.id, "by": by}
        if at < 9:
            complaining.move_complaint(
                key="ask", note="店长说明新店员不熟悉,已培训。", today=on + timedelta(days=1), **call
            )
        if at < 7:
            key_of = "uphold" if at % 3 else "dismiss"
            complaining.move_complaint(
                key=key_of,
                note="已补给优惠。" if at % 3 else "当日优惠已过期,有公示。",
                today=on + timedelta(days=2),
                **call,
            )
        if at < 5:
            complaining.move_complaint(
                key="call_back", note="已电话告知。", is_satisfied=at != 3, today=on + timedelta(days=3), **call
            )
