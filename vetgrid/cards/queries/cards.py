"""Which cards, batches and files; and how applications, cards made and cards issued fit together."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from vetgrid.cards import rules
from vetgrid.cards.models import Application, Batch, BatchLine, Card, CardStep, StepFile, StepRow
from vetgrid.cards.permissions import CardsPermission
from vetgrid.cards.states import CARD
from vetgrid.core.actor import Actor
from vetgrid.core.crypto import blinds
from vetgrid.core.errors import NotFound
from vetgrid.core.flow import Move
from vetgrid.core.places import Places
from vetgrid.core.reach import within

READ, INTAKE = CardsPermission.READ, CardsPermission.INTAKE
BY_COUNTING = ("sign", "send", "count", "count_up", "short", "replace")
"""Moves that happen by packing, scanning or accepting a replacement: they have no button on the card."""


@dataclass(frozen=True)
class CardFilter:
    """What the list asks; empty means not asked."""

    state: str = ""
    reason: str = ""
    text: str = ""
    station: UUID | None = None
    division: int | None = None
    is_reissue: bool = False
    is_unissued: bool = False


def cards(asked: CardFilter, *, seen_by: Actor) -> QuerySet[Card]:
    """Newest first."""
    rows = within(Card.objects.all(), seen_by.places(READ))
    if asked.division is not None:
        rows = within(rows, Places.of([asked.division]))
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.reason:
        rows = rows.filter(unissued_reason=asked.reason)
    if asked.station is not None:
        rows = rows.filter(station_id=asked.station)
    if asked.is_reissue:
        rows = rows.filter(is_reissue=True, signed_on__isnull=False)
    if asked.is_unissued:
        rows = rows.filter(signed_on__isnull=False, issued_on=None)
    text = asked.text.strip()
    if text:
        found = Q(code=text.upper()) | Q(holder=text)
        if text.isdigit() and len(text) >= 12:
            found |= Q(number_index__in=blinds(text, "card"))
        rows = rows.filter(found)
    return rows.select_related("station", "application").order_by("-made_on", "-id")


def card(card_id: UUID, *, seen_by: Actor) -> Card:
    rows = within(Card.objects.filter(pk=card_id), seen_by.places(READ))
    found = rows.select_related("station", "application", "application__station", "replaces").first()
    if found is None:
        raise NotFound("没有找到这张证卡。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


def card_moves(one: Card, *, seen_by: Actor) -> list[Move]:
    found = []
    for move in CARD.possible(one.state):
        if move.key in BY_COUNTING or (move.key == "damage" and one.state != "held"):
            continue
        if (move.key == "activate" and one.activated_on) or (move.key == "take_back" and one.returned_on):
            continue
        if seen_by.may(move.permission, at=one.division):
            found.append(move)
    return found


def card_steps(one: Card, *, seen_by: Actor) -> list[CardStep]:
    return list(CardStep.objects.filter(card=one).order_by("-at", "-id"))


def card_lines(one: Card, *, seen_by: Actor) -> list[BatchLine]:
    """The batches in which the card travelled, as far as the viewer may see them."""
    return list(BatchLine.objects.filter(card=one).select_related("batch").order_by("-batch__sent_on", "-id"))


def ready(*, station_id: UUID | None, target: int | None, seen_by: Actor) -> QuerySet[Card]:
    """Cards that can be packed: lying at a station where the viewer may hand over; `target` narrows to a place."""
    rows = within(Card.objects.filter(state__in=("signed", "handed_up", "held")), seen_by.places(CardsPermission.HAND))
    if station_id is not None:
        rows = rows.filter(station_id=station_id)
    if target is not None:
        rows = within(rows, Places.of([target]))
    return rows.select_related("station", "application").order_by("division", "code")


def batches(*, leg: str = "", is_open: bool = False, text: str = "", seen_by: Actor) -> QuerySet[Batch]:
    """Batches that came to or left the viewer's stations, newest first."""
    places = seen_by.places(READ)
    here = within(Batch.objects.all(), places).values("pk")
    left = within(Batch.objects.all(), places, column="origin").values("pk")
    rows = Batch.objects.filter(Q(pk__in=here) | Q(pk__in=left))
    if leg:
        rows = rows.filter(leg=leg)
    if is_open:
        rows = rows.filter(closed_on=None)
    if text.strip():
        rows = rows.filter(Q(number=text.strip().upper()) | Q(parcel=text.strip()))
    return rows.select_related("station", "sender").order_by("-sent_on", "-id")


def batch(batch_id: UUID, *, seen_by: Actor) -> Batch:
    found = batches(seen_by=seen_by).filter(pk=batch_id).first()
    if found is None:
        raise NotFound("没有找到这个批次。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


def lines_of(one: Batch, *, seen_by: Actor) -> list[BatchLine]:
    """The list: what waits first, then what is short or damaged, then the received."""
    order = {"": 0, "short": 1, "damaged": 2, "received": 3}
    rows = BatchLine.objects.filter(batch=one)
    return sorted(rows, key=lambda line: (order[line.outcome], line.place, line.code))


def files(*, seen_by: Actor) -> QuerySet[StepFile]:
    return within(StepFile.objects.all(), seen_by.places(INTAKE)).order_by("-loaded_at")


def file(file_id: UUID, *, seen_by: Actor) -> StepFile:
    found = files(seen_by=seen_by).filter(pk=file_id).first()
    if found is None:
        raise NotFound("没有找到这个回执文件。它可能不在您的管辖范围内。")
    return found


def file_rows(one: StepFile, *, outcome: str = "", seen_by: Actor) -> QuerySet[StepRow]:
    rows = StepRow.objects.filter(file=one)
    if outcome:
        rows = rows.filter(outcome=outcome)
    return rows.order_by("row_no")


def unsettled(*, seen_by: Actor) -> int:
    rows = StepRow.objects.filter(outcome=StepRow.Outcome.UNMATCHED, settled_on=None)
    return within(rows, seen_by.places(INTAKE)).count()


@dataclass(frozen=True)
class Accounts:
    """The balance, and the rows behind its two differences, each with its count."""

    balance: rules.Balance
    reissued: tuple[tuple[str, int], ...]
    unissued: tuple[tuple[str, int], ...]


def accounts(*, seen_by: Actor, today: date) -> Accounts:
    """Applications accepted, cards signed, cards issued up to today: the same rows as the report's figures."""
    places = seen_by.places(READ)
    first = within(Application.objects.filter(purpose=Application.Purpose.FIRST, accepted_on__lte=today), places)
    signed = within(Card.objects.filter(signed_on__lte=today), places)
    counted = signed.order_by().aggregate(
        signed=Count("id"),
        issued=Count("id", filter=Q(issued_on__lte=today)),
        reissued=Count("id", filter=Q(is_reissue=True)),
        first=Count("application_id", filter=Q(is_reissue=False), distinct=True),
        remade=Count("id", filter=Q(is_reissue=False)),
    )
    extra = counted["remade"] - counted["first"]
    applications = first.count()
    reissued = list(
        signed.filter(is_reissue=True)
        .order_by()
        .values_list("application__replace_reason")
        .annotate(n=Count("id"))
        .order_by("-n")
    )
    if extra:
        reissued.append(("remade", extra))
    lying = signed.filter(issued_on=None).order_by()
    unissued = lying.filter(state="held").values_list("unissued_reason").annotate(n=Count("id"))
    others = lying.exclude(state="held").values_list("state").annotate(n=Count("id"))
    return Accounts(
        rules.Balance(
            applications=applications,
            without_card=applications - counted["first"],
            reissued=counted["reissued"] + extra,
            signed=counted["signed"],
            issued=counted["issued"],
        ),
        tuple(reissued),
        tuple(sorted([*unissued, *others], key=lambda pair: -pair[1])),
    )
