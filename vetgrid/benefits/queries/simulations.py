"""Which simulations there are, and the frame of people that one is worked out over."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import polars as pl
from django.db import connection
from django.db.models import QuerySet
from psycopg import sql

from vetgrid.benefits.models import Simulation
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.rulebook import rulebook
from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.places import Level, Places, ancestor, interval
from vetgrid.core.reach import within
from vetgrid.core.ruling.columnar import schema

_TOWN = 10 ** (12 - Level.TOWN)
_COUNTY = 10 ** (12 - Level.COUNTY)


def simulations(*, on: date, seen_by: Actor) -> QuerySet[Simulation]:
    """Those that are still kept, the newest first."""
    places = seen_by.places(BenefitsPermission.RUN)
    return within(Simulation.objects.filter(expires_on__gte=on), places).order_by("-asked_at")


def simulation(simulation_id: UUID, *, seen_by: Actor) -> Simulation:
    """One that the viewer may see: who may run them, propose changes, or approve them there."""
    places = Places()
    for permission in (BenefitsPermission.RUN, BenefitsPermission.PROPOSE, BenefitsPermission.APPROVE):
        places |= seen_by.places(permission)
    found: Simulation | None = within(Simulation.objects.filter(pk=simulation_id), places).first()
    if found is None:
        raise NotFound("没有找到这次政策模拟。它可能已过保存期,或不在您的管辖范围内。请返回列表重新查找。")
    return found


def frame_of(
    *, first: int, last: int, places: Sequence[int], seen_by: Actor, permission: BenefitsPermission
) -> tuple[pl.DataFrame, list[int]]:
    """The spells of the places that touch the months, with the counties they lie in: facts, place, town, person as numbers.

    Read with COPY, so that a million rows take seconds; the policies of the table apply to it as to every query.
    """
    vocabulary = rulebook().vocabulary
    reach = seen_by.places(permission)
    intervals = [_meet(interval(place), one) for place in places for one in reach.intervals]
    columns: dict[str, pl.DataType] = {"person": pl.String(), "division": pl.Int64()}
    columns |= {"from_month": pl.Int32(), "to_month": pl.Int32()}
    columns |= {key: pl.Int8() if kind == pl.Boolean() else kind for key, kind in schema(vocabulary).items()}
    inside = [
        sql.SQL("division BETWEEN {} AND {}").format(sql.Literal(low), sql.Literal(high))
        for low, high in intervals
        if low <= high
    ]
    statement = sql.SQL(
        "COPY (SELECT person_id, division, from_month, to_month, {} FROM benefits_spell"
        " WHERE from_month <= {} AND to_month > {} AND ({})) TO STDOUT (FORMAT csv)"
    ).format(
        sql.SQL(", ").join(map(sql.Identifier, vocabulary)),
        sql.Literal(last),
        sql.Literal(first),
        sql.SQL(" OR ").join(inside) if inside else sql.SQL("false"),
    )
    connection.ensure_connection()
    assert connection.connection is not None
    with connection.connection.cursor() as cursor, cursor.copy(statement) as copy:
        body = b"".join(bytes(block) for block in copy)
    frame = pl.read_csv(body, has_header=False, schema=columns) if body else pl.DataFrame(schema=columns)
    flags = [pl.col(key).cast(pl.Boolean) for key, kind in schema(vocabulary).items() if kind == pl.Boolean()]
    frame = frame.with_columns(
        *flags,
        (pl.col("division") // _TOWN * _TOWN).alias("town"),
        (pl.col("division") // _COUNTY * _COUNTY).alias("county"),
        pl.col("person").cast(pl.Categorical).to_physical().alias("person"),
    )
    counties = sorted(frame["county"].unique().to_list()) or [ancestor(place, Level.COUNTY) for place in places[:1]]
    at = pl.col("county").replace_strict(counties, list(range(len(counties))), return_dtype=pl.UInt32)
    return frame.with_columns(at.alias("place")).drop("division", "county"), counties


def _meet(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return max(one[0], other[0]), min(one[1], other[1])
