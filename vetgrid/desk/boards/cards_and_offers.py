"""The standing sentences about cards and the alliance: everything that is open is somebody's, and nobody holds two cards."""

from typing import Any

from django.db.models import Q, QuerySet

from vetgrid.cards.models import Application, Card
from vetgrid.cards.permissions import CardsPermission
from vetgrid.cards.states import LIVING
from vetgrid.core.actor import Actor
from vetgrid.core.places import NATION, Places
from vetgrid.core.reach import within
from vetgrid.core.scope import lending
from vetgrid.desk.boards.checks import Board, Check
from vetgrid.desk.boards.finders import without_item
from vetgrid.offers.models import Complaint, Finding, Offer
from vetgrid.offers.permissions import OffersPermission
from vetgrid.work.models import WorkItem

_CARDS, _OFFERS = CardsPermission.READ, OffersPermission.READ


def _cards(seen_by: Actor) -> QuerySet[Any]:
    rows = within(Card.objects.filter(state__in=LIVING), seen_by.places(_CARDS))
    return rows.order_by("division", "code")


def _applications(seen_by: Actor) -> QuerySet[Any]:
    rows = within(Application.objects.filter(closed_on=None), seen_by.places(_CARDS))
    return rows.select_related("station").order_by("submitted_on", "id")


def _complaints(seen_by: Actor) -> QuerySet[Any]:
    rows = within(Complaint.objects.filter(called_back_on=None), seen_by.places(_OFFERS))
    return rows.select_related("station").order_by("opened_on", "id")


def _findings(seen_by: Actor) -> QuerySet[Any]:
    return within(Finding.objects.filter(closed_on=None), seen_by.places(_OFFERS)).order_by("found_on", "id")


def _without_item(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    """An application of a village is the town's or the county's work, so an item that the viewer cannot see is looked for once more."""
    missing = list(without_item(rows, kind).values_list("pk", flat=True))
    with lending("work", Places.of([NATION])):
        there = set(
            WorkItem.objects.filter(kind=kind, subject_id__in=missing, closed_on=None).values_list(
                "subject_id", flat=True
            )
        )
    return rows.filter(pk__in=[key for key in missing if key not in there])


def _wrongly_shown(seen_by: Actor) -> QuerySet[Any]:
    """What everybody sees although the offer or its merchant is not listed."""
    rows = Offer.objects.filter(is_shown=True).filter(~Q(state="listed") | ~Q(merchant__state="listed"))
    return within(rows, seen_by.places(_OFFERS)).select_related("merchant").order_by("division", "id")


BOARDS: tuple[Board, ...] = (
    Board(
        "cards",
        "每件优待证申领都有人在办,每人只有一张在用的证",
        (
            Check(
                "card-without-item",
                "优待证申领没有待办事项",
                _CARDS,
                lambda s, t: _without_item(_applications(s), "card_application"),
                lambda r: f"{r.number} {r.name}",
                lambda r: f"/cards/applications/{r.id}",
                "重新生成事项",
            ),
            Check(
                "card-twice",
                "档案合并后有两张在用的证:留一张,另一张以“档案合并后重复”注销并收回",
                _CARDS,
                lambda s, t: _cards(s).filter(person__merged_into__isnull=False),
                lambda r: f"{r.holder} {r.code}",
                lambda r: f"/cards/list/{r.id}",
            ),
            Check(
                "card-of-dead",
                "持证人已去世,证还没有注销",
                _CARDS,
                lambda s, t: _cards(s).filter(person__died_on__isnull=False),
                lambda r: f"{r.holder} {r.code}",
                lambda r: f"/cards/list/{r.id}",
            ),
        ),
    ),
    Board(
        "offers",
        "每件优待投诉和核销异常都有人在办,公示的优惠都是挂牌商家的",
        (
            Check(
                "complaint-without-item",
                "优待投诉没有待办事项",
                _OFFERS,
                lambda s, t: _without_item(_complaints(s), "offer_complaint"),
                lambda r: f"{r.number} {r.about}",
                lambda r: f"/offer-complaints/{r.id}",
                "重新生成事项",
            ),
            Check(
                "offer-finding-without-item",
                "核销异常没有待办事项",
                _OFFERS,
                lambda s, t: _without_item(_findings(s), "offer_finding"),
                lambda r: r.title,
                lambda r: f"/offer-findings/{r.id}",
            ),
            Check(
                "offer-wrongly-shown",
                "公示的优惠没有通过核对,或商家没有挂牌",
                _OFFERS,
                lambda s, t: _wrongly_shown(s),
                lambda r: f"{r.merchant.name} {r.title}",
                lambda r: f"/offers/{r.id}",
            ),
        ),
    ),
)
