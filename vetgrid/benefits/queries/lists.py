"""Which: applications, findings by kind, place and programme with equal counts, take-up, yearly confirmations, batches."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from vetgrid.benefits.handling import automatic, is_paid
from vetgrid.benefits.models import Application, Award, Confirmation, DeathReport, Finding, Run
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.sources import book
from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.figures import Value, percent
from vetgrid.core.places import Level, Places, ancestor, level_of
from vetgrid.core.reach import within
from vetgrid.orgs.names import names_of
from vetgrid.registry.models import Person

READ = BenefitsPermission.READ


@dataclass(frozen=True)
class Filter:
    """What a list asks; empty means not asked."""

    state: str = ""
    kind: str = ""
    programme: str = ""
    division: int | None = None
    text: str = ""
    without: tuple[str, ...] = ()
    """Programmes that do not count: the lists that the platform draws up itself, where take-up is asked."""


def applications(asked: Filter, *, seen_by: Actor) -> QuerySet[Application]:
    """The newest first; without a state those that are not finished."""
    rows = _in_place(Application.objects.select_related("person"), asked, seen_by)
    if asked.state == "all":
        pass
    elif asked.state:
        rows = rows.filter(state=asked.state)
    else:
        rows = rows.filter(state__in=("draft", "submitted"))
    if asked.text:
        rows = rows.filter(Q(number__contains=asked.text) | Q(person__name__startswith=asked.text))
    return rows.order_by("-asked_on", "-number")


def application(application_id: UUID, *, seen_by: Actor) -> Application:
    rows = within(Application.objects.filter(pk=application_id), seen_by.places(READ))
    found = rows.select_related("person", "decision").first()
    if found is None:
        raise NotFound("没有找到这份申请。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


def photos_of(row: Application) -> list[UUID]:
    """The files that the person sent with the application, in their order."""
    return [UUID(key) for entry in row.papers for key in entry.get("files", [])]


def findings(asked: Filter, *, seen_by: Actor) -> QuerySet[Finding]:
    """Open findings; without a kind those that want something done."""
    rows = _in_place(Finding.objects.filter(closed_on=None).select_related("person"), asked, seen_by)
    rows = rows.filter(kind=asked.kind) if asked.kind else rows.exclude(kind="receiving")
    if asked.text:
        rows = rows.filter(person__name__startswith=asked.text)
    return rows.order_by("division", "programme", "person__name_pinyin", "id")


def finding_counts(asked: Filter, *, seen_by: Actor) -> dict[str, int]:
    """How many rows `findings` gives for each kind under the same filter."""
    rows = _in_place(Finding.objects.filter(closed_on=None), asked, seen_by)
    if asked.text:
        rows = rows.filter(person__name__startswith=asked.text)
    found = dict.fromkeys(Finding.Kind.values, 0)
    found |= dict(rows.order_by().values_list("kind").annotate(n=Count("id")))
    return found


def finding(finding_id: UUID, *, seen_by: Actor) -> Finding:
    found = within(Finding.objects.filter(pk=finding_id), seen_by.places(READ)).select_related("person").first()
    if found is None:
        raise NotFound("没有找到这条发现。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


def application_of(finding_id: UUID, *, seen_by: Actor) -> Application | None:
    """The application that was filled in for a finding; the newest where there are several."""
    rows = within(Application.objects.filter(finding_id=finding_id), seen_by.places(BenefitsPermission.READ))
    return rows.order_by("-made_at").first()


@dataclass(frozen=True)
class TakeUp:
    """One line of the board: a programme or a place, who receives and who should."""

    key: str
    label: str
    receiving: int
    missing: int

    @property
    def rate(self) -> Value:
        return percent(self.receiving, self.receiving + self.missing)


def take_up_by_programme(*, seen_by: Actor, division: int | None = None, today: date) -> list[TakeUp]:
    """Each programme that is paid on application, in its order."""
    counts = _take_up(("programme",), seen_by, division, today)
    return [
        TakeUp(one.key, one.label, *counts.get((one.key,), (0, 0)))
        for one in book().programmes.values()
        if is_paid(one.key, on=today) and one.key not in automatic(on=today)
    ]


def take_up_by_place(*, seen_by: Actor, division: int, names: dict[int, str], today: date) -> list[TakeUp]:
    """Each place of `names`, which lie below `division`, with everything inside it."""
    counts = _take_up(("division",), seen_by, division, today)
    lines = []
    for code, name in names.items():
        inside = [pair for (at,), pair in counts.items() if at in Places.of([code])]
        lines.append(TakeUp(str(code), name, sum(pair[0] for pair in inside), sum(pair[1] for pair in inside)))
    return lines


def _take_up(
    columns: tuple[str, ...], seen_by: Actor, division: int | None, today: date
) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Receiving and missing by these columns."""
    asked = Filter(division=division, without=automatic(on=today))
    rows = _in_place(Finding.objects.filter(closed_on=None), asked, seen_by)
    rows = rows.filter(kind__in=("receiving", "missing")).order_by()
    counts = rows.values_list(*columns).annotate(
        receiving=Count("id", filter=Q(kind="receiving")), missing=Count("id", filter=Q(kind="missing"))
    )
    return {tuple(key): (receiving, missing) for *key, receiving, missing in counts}


@dataclass(frozen=True)
class Headline:
    """The take-up rate of everything in reach, with the programmes and places that are furthest behind."""

    whole: TakeUp
    programmes: tuple[TakeUp, ...]
    places: tuple[TakeUp, ...]


def headline(*, seen_by: Actor, today: date, shown: int = 5) -> Headline:
    """待遇落实率: what the desk shows, from one question for programmes and places together."""
    place = county_of(seen_by)
    span = 10 ** (12 - (Level.TOWN if level_of(place) <= Level.COUNTY else Level.VILLAGE))
    programmes: dict[str, list[int]] = {}
    places: dict[int, list[int]] = {}
    for (key, division), pair in _take_up(("programme", "division"), seen_by, None, today).items():
        if key not in book().programmes:
            continue
        for sums in (programmes.setdefault(key, [0, 0]), places.setdefault(division // span * span, [0, 0])):
            sums[0] += pair[0]
            sums[1] += pair[1]
    names = names_of(places) if len(places) > 1 else {}
    return Headline(
        TakeUp(
            "", "待遇落实率", sum(one for one, _ in programmes.values()), sum(one for _, one in programmes.values())
        ),
        _behind([TakeUp(key, book().programmes[key].label, *pair) for key, pair in programmes.items()], shown),
        _behind([TakeUp(str(code), names[code], *places[code]) for code in names], shown),
    )


def _behind(lines: list[TakeUp], shown: int) -> tuple[TakeUp, ...]:
    """The lowest rates first, of those where somebody is missed."""
    late = [line for line in lines if line.missing]
    return tuple(sorted(late, key=lambda line: (line.rate, -line.missing))[:shown])


def to_confirm(*, year: int, asked: Filter, seen_by: Actor, is_done: bool = False) -> QuerySet[Person]:
    """Who receives something monthly and was not (or was) confirmed for the year."""
    monthly = [one.key for one in book().programmes.values() if one.frequency == "monthly"]
    receives = Award.objects.filter(person=OuterRef("pk"), programme__in=monthly).exclude(state="stopped")
    done = Confirmation.objects.filter(person=OuterRef("pk"), year=year)
    rows = _in_place(Person.objects.filter(Exists(receives), merged_into=None), asked, seen_by)
    rows = rows.filter(Exists(done)) if is_done else rows.filter(~Exists(done))
    if asked.text:
        rows = rows.filter(name__startswith=asked.text)
    return rows.order_by("division", "name_pinyin", "id")


def confirmation_board(*, year: int, names: dict[int, str], division: int, seen_by: Actor) -> list[TakeUp]:
    """Each place: how many are confirmed (receiving) and how many are not (missing)."""
    asked = Filter(division=division)
    counts: dict[int, list[int]] = {}
    for at, is_done in enumerate((True, False)):
        rows = to_confirm(year=year, asked=asked, seen_by=seen_by, is_done=is_done)
        for code, n in rows.order_by().values_list("division").annotate(n=Count("id")):
            counts.setdefault(code, [0, 0])[at] = n
    lines = []
    for code, name in names.items():
        inside = [pair for at_code, pair in counts.items() if at_code in Places.of([code])]
        lines.append(TakeUp(str(code), name, sum(pair[0] for pair in inside), sum(pair[1] for pair in inside)))
    return lines


def open_deaths(*, seen_by: Actor) -> QuerySet[DeathReport]:
    """Reports of one source that wait for a second one."""
    rows = within(DeathReport.objects.filter(outcome=""), seen_by.places(READ))
    return rows.select_related("person").order_by("reported_on", "id")


def batches(*, seen_by: Actor) -> QuerySet[Run]:
    return within(Run.objects.all(), seen_by.places(READ)).order_by("-asked_at")


def batch(run_id: UUID, *, seen_by: Actor) -> Run:
    found = within(Run.objects.filter(pk=run_id), seen_by.places(READ)).first()
    if found is None:
        raise NotFound("没有找到这个测算批次。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


def _in_place(rows: QuerySet[Any], asked: Filter, seen_by: Actor) -> QuerySet[Any]:
    rows = within(rows, seen_by.places(READ))
    if asked.division is not None:
        rows = within(rows, Places.of([asked.division]))
    if asked.programme:
        rows = rows.filter(programme=asked.programme)
    if asked.without:
        rows = rows.exclude(programme__in=asked.without)
    return rows


def county_of(seen_by: Actor) -> int:
    """The place that boards begin with: the widest place that the viewer reads, at most the county."""
    low = seen_by.places(READ).low
    level = level_of(low) if low > 1 else Level.COUNTY
    return low if level >= Level.COUNTY else ancestor(low, Level.COUNTY)
