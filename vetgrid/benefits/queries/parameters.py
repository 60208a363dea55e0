"""Which values hold where, from when and by which document; which changes are proposed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from vetgrid.benefits.models import ParameterRow, Proposal
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.proposing import cell_at, cell_label
from vetgrid.benefits.rulebook import parameters, rulebook
from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.places import LEVEL_LABELS, Level, Places, ancestor, level_of
from vetgrid.core.reach import within
from vetgrid.core.ruling.language import Table
from vetgrid.core.ruling.months import month_on
from vetgrid.core.ruling.parameters import Value
from vetgrid.orgs.names import names_of

_CHAIN = (Level.COUNTY, Level.PREFECTURE, Level.PROVINCE, Level.NATION)


@dataclass(frozen=True)
class Edition:
    """A table at a place as it holds from a month on: value of each cell (None: no such cell) and the rows behind it."""

    month: int
    amounts: tuple[int | None, ...]
    made_by: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class TableLine:
    """One table in the list."""

    table: Table
    cells: int
    since: int | None
    rows: int
    is_unconfirmed: bool


def home_of(seen_by: Actor) -> int:
    """The county whose values concern the viewer most: his own, or the first place within his reach."""
    places = Places()
    for permission in BenefitsPermission:
        places |= seen_by.places(permission)
    low = places.low if places else 0
    return ancestor(low, Level.COUNTY) if level_of(low) > Level.COUNTY else low


def chain(place: int, *, seen_by: Actor) -> list[tuple[int, str]]:
    """The place and all above it, with their names: the values of each may be looked at by everyone."""
    codes = [ancestor(place, level) for level in _CHAIN if level <= level_of(place)]
    names = names_of(codes)
    return [(code, names.get(code) or LEVEL_LABELS[level_of(code)]) for code in codes]


def table_of(key: str, *, seen_by: Actor) -> Table:
    found = rulebook().tables.get(key)
    if found is None:
        raise NotFound("没有这张标准表。请返回列表重新选择。")
    return found


def tables(*, place: int, on: date, seen_by: Actor) -> list[TableLine]:
    """Every table with what holds at the place on the day."""
    values = parameters()
    month = month_on(on)
    counted: dict[str, int] = {}
    for row in values.rows:
        counted[row.table] = counted.get(row.table, 0) + 1
    found = []
    for key, table in rulebook().tables.items():
        now = values.lookup(key, place=place, month=month)
        rows = {row for made_by in now.made_by for row in made_by}
        since = max((month_on(row.effective_on) for row in rows), default=None)
        filled = sum(bool(made_by) for made_by in now.made_by)
        doubtful = any(row.trust == "unconfirmed" for row in rows)
        found.append(TableLine(table, filled, since, counted.get(key, 0), doubtful))
    return found


def history(key: str, *, place: int, seen_by: Actor) -> list[Edition]:
    """The table at the place through time, oldest first: one entry for each month in which something of it changed."""
    values = parameters()
    found: list[Edition] = []
    for month in values.changes_between(key, 0, 2**31):
        now = values.lookup(key, place=place, month=month)
        amounts = tuple(amount if made_by else None for amount, made_by in zip(now.amounts, now.made_by, strict=True))
        if not found or amounts != found[-1].amounts:
            found.append(Edition(month, amounts, now.made_by))
    return [edition for edition in found if any(edition.made_by)]


def labels_of(table: Table, cells: Iterable[int]) -> dict[int, str]:
    """What each flat cell is called."""
    return {at: cell_label(table, cell_at(table, at)) or table.label for at in cells}


def rows_of(key: str, *, place: int | None = None, seen_by: Actor) -> QuerySet[ParameterRow]:
    """The stored rows of a table with their documents, the newest first; with `place` those of its chain only."""
    rows = ParameterRow.objects.filter(table=key).select_related("proposal")
    if place is not None:
        rows = rows.filter(division__in=[ancestor(place, level) for level in _CHAIN if level <= level_of(place)])
    return rows.order_by("-effective_on", "-known_since", "division", "cell", "id")


def _places(seen_by: Actor) -> Places:
    return seen_by.places(BenefitsPermission.PROPOSE) | seen_by.places(BenefitsPermission.APPROVE)


def proposals(*, state: str = "", seen_by: Actor) -> QuerySet[Proposal]:
    """The changes that the viewer may propose or approve."""
    rows = within(Proposal.objects.all(), _places(seen_by))
    return (rows.filter(state=state) if state else rows).order_by("-proposed_at")


def proposal(proposal_id: UUID, *, seen_by: Actor) -> Proposal:
    rows = within(Proposal.objects.select_related("simulation").filter(pk=proposal_id), _places(seen_by))
    found: Proposal | None = rows.first()
    if found is None:
        raise NotFound("没有找到这项标准变更。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found
