"""Which applications: the list, one with all its parts, and the board by stage, station and age."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from vetgrid.cards import policy, rules
from vetgrid.cards.models import Application, Attachment, Card, Letter, Step
from vetgrid.cards.permissions import CardsPermission
from vetgrid.cards.states import APPLICATION, CARD, ON_THE_WAY
from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.flow import Move
from vetgrid.core.places import Places
from vetgrid.core.reach import within
from vetgrid.orgs.models import Station

READ = CardsPermission.READ
OUTSIDE = ("city_pass", "file", "bank_pass", "make", "return_outside", "refuse_outside", "finish", "remake", "end")
"""Moves that happen by files or by what happens to the card: they have no button."""


@dataclass(frozen=True)
class ApplicationFilter:
    """What the list asks; empty means not asked. `band` is an age band of the board."""

    state: str = ""
    purpose: str = ""
    channel: str = ""
    text: str = ""
    station: UUID | None = None
    division: int | None = None
    band: int | None = None
    is_open: bool = False


def applications(asked: ApplicationFilter, *, seen_by: Actor, today: date) -> QuerySet[Application]:
    """Newest first."""
    rows = within(Application.objects.all(), seen_by.places(READ))
    if asked.division is not None:
        rows = within(rows, Places.of([asked.division]))
    for key in ("state", "purpose", "channel"):
        if getattr(asked, key):
            rows = rows.filter(**{key: getattr(asked, key)})
    if asked.station is not None:
        rows = rows.filter(station_id=asked.station)
    if asked.is_open:
        rows = rows.filter(closed_on=None)
    if asked.band is not None:
        rows = _in_band(rows, asked.band, today)
    text = asked.text.strip()
    if text:
        rows = rows.filter(Q(number=text) | Q(name=text) | Q(cards__code=text.upper())).distinct()
    return rows.select_related("station").order_by("-submitted_on", "-id")


def _in_band(rows: QuerySet[Application], band: int, today: date) -> QuerySet[Application]:
    edges = policy.pipeline()["age_bands"]
    if band < len(edges):
        rows = rows.filter(stage_on__gte=today - timedelta(days=edges[band]))
    if 0 < band <= len(edges):
        rows = rows.filter(stage_on__lt=today - timedelta(days=edges[band - 1]))
    return rows


def application(application_id: UUID, *, seen_by: Actor) -> Application:
    rows = within(Application.objects.filter(pk=application_id), seen_by.places(READ))
    found = rows.select_related("station", "person", "old_card").first()
    if found is None:
        raise NotFound("没有找到这件申领。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


def moves_for(one: Application, *, seen_by: Actor) -> list[Move]:
    """The moves that the state allows, that have a button, and that the viewer may make."""
    found = []
    for move in APPLICATION.possible(one.state):
        if move.key in OUTSIDE or (move.key == "convert" and one.basis != Application.Basis.RESIDENCE):
            continue
        if seen_by.may(move.permission, at=one.division):
            found.append(move)
    return found


@dataclass(frozen=True)
class Whole:
    """Everything that belongs to one application."""

    steps: list[Step]
    letters: list[Letter]
    papers: list[Attachment]
    cards: list[Card]


def whole(one: Application, *, seen_by: Actor) -> Whole:
    return Whole(
        steps=list(Step.objects.filter(application=one).order_by("-at", "-id")),
        letters=list(Letter.objects.filter(application=one).order_by("-dated_on", "-id")),
        papers=list(Attachment.objects.filter(application=one).order_by("added_at")),
        cards=list(Card.objects.filter(application=one).order_by("-made_on", "-id")),
    )


def letter(letter_id: UUID, *, seen_by: Actor) -> Letter:
    found = Letter.objects.filter(pk=letter_id).select_related("application").first()
    if found is None or not seen_by.may(READ, at=found.division):
        raise NotFound("没有找到这份文书。")
    return found


def paper(paper_id: UUID, *, seen_by: Actor) -> Attachment:
    found = Attachment.objects.filter(pk=paper_id).first()
    if found is None or not seen_by.may(READ, at=found.division):
        raise NotFound("没有找到这份材料。")
    return found


def of_person(person_id: UUID, *, seen_by: Actor) -> tuple[list[Application], list[Card]]:
    """What a person applied for and holds, newest first."""
    places = seen_by.places(READ)
    made = within(Application.objects.filter(person_id=person_id), places).order_by("-submitted_on", "-id")
    held = within(Card.objects.filter(person_id=person_id), places).order_by("-made_on", "-id")
    return list(made[:10]), list(held[:10])


@dataclass(frozen=True)
class Stage:
    """One stage of the pipeline with how many stand there, by age; `url` leads to exactly these."""

    key: str
    label: str
    counts: tuple[int, ...]
    url: str
    bands: tuple[str, ...]

    @property
    def cells(self) -> list[tuple[str, int]]:
        """Each band's name with its count."""
        return list(zip(self.bands, self.counts, strict=True))

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class StationLine:
    """One station: open applications before the county's signing, cards that lie there, the oldest of them."""

    station: Station
    waiting: int
    returned: int
    held: int
    oldest_on: date | None


@dataclass(frozen=True)
class Board:
    """The pipeline now."""

    stages: tuple[Stage, ...]
    cards: tuple[Stage, ...]
    stations: tuple[StationLine, ...]
    bands: tuple[str, ...]


def board(*, seen_by: Actor, today: date) -> Board:
    """Two questions for the stages, two for the stations; each reads only what is open within reach."""
    places, bands = seen_by.places(READ), policy.pipeline()["age_bands"]
    open_rows = within(Application.objects.filter(closed_on=None), places)
    lying = within(Card.objects.filter(state__in=ON_THE_WAY), places)
    stages = _stages(open_rows, APPLICATION.states, "/cards/applications?open=1&state={}", today, bands)
    cards = _stages(lying, CARD.states, "/cards/list?state={}", today, bands, only=ON_THE_WAY)
    return Board(stages, cards, _stations(open_rows, lying), tuple(rules.band_labels(bands)))


def _stages(
    rows: QuerySet[Application] | QuerySet[Card],
    states: Iterable[tuple[str, str]],
    url: str,
    today: date,
    bands: list[int],
    only: tuple[str, ...] | None = None,
) -> tuple[Stage, ...]:
    found: dict[str, list[int]] = {}
    for state, since, count in rows.order_by().values_list("state", "stage_on").annotate(n=Count("id")):
        line = found.setdefault(state, [0] * (len(bands) + 1))
        line[rules.band_of(since, today=today, bands=bands)] += count
    wanted = only or tuple(key for key, _ in states if not APPLICATION.is_final(key) and key != "refused")
    empty, labels = [0] * (len(bands) + 1), tuple(rules.band_labels(bands))
    return tuple(
        Stage(key, label, tuple(found.get(key, empty)), url.format(key), labels)
        for key, label in states
        if key in wanted
    )


def _stations(open_rows: QuerySet[Application], lying: QuerySet[Card]) -> tuple[StationLine, ...]:
    early = (
        open_rows.order_by()
        .values_list("station_id")
        .annotate(waiting=Count("id", filter=Q(state="submitted")), returned=Count("id", filter=Q(state="returned")))
    )
    held = lying.filter(state="held").order_by().values_list("station_id", "received_on").annotate(n=Count("id"))
    lines: dict[UUID, list[object]] = {}
    for key, waiting, returned in early:
        lines.setdefault(key, [0, 0, 0, None])[:2] = [waiting, returned]
    for key, since, count in held:
        if key is not None:
            line = lines.setdefault(key, [0, 0, 0, None])
            line[2] = int(str(line[2])) + count
            line[3] = min(day for day in (line[3], since) if day is not None)  # type: ignore[type-var]  # none of them is None by then
    known = {row.id: row for row in Station.objects.filter(pk__in=lines)}
    found = [StationLine(known[key], *line) for key, line in lines.items() if key in known and any(line[:3])]  # type: ignore[arg-type]  # in the fields' order
    return tuple(sorted(found, key=lambda line: (-line.held, -line.waiting, line.station.division)))


def stations_within(*, seen_by: Actor) -> list[Station]:
    """Open stations inside the viewer's reach, for filters."""
    rows = Station.objects.filter(closed_on=None).exclude(kind="university")
    return list(within(rows, seen_by.places(READ)).order_by("division", "id"))
