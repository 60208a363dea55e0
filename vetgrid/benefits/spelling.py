"""Keeps the table of spells true: gathered anew for a person at each change, and for everybody every night."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from psycopg import sql

from vetgrid.benefits.gathering import Cut, Gathered, gather, maps_of
from vetgrid.benefits.models import OPEN
from vetgrid.benefits.rulebook import rule_files
from vetgrid.benefits.sources import book
from vetgrid.core.clock import now
from vetgrid.core.ids import new_id
from vetgrid.core.places import Places
from vetgrid.core.reach import within
from vetgrid.core.ruling.months import month_of
from vetgrid.core.scope import lending
from vetgrid.registry.models import Person

FIRST_MONTH = month_of(2011, 8)
"""Spells that were over before the first rule are not kept."""


def refresh(person_ids: Iterable[UUID], *, division: int) -> int:
    """Makes the spells of a few persons of one place anew; returns how many spells."""
    places = Places.of([division])
    ids = list(person_ids)
    with lending("registry", places), lending("benefits", places):
        people = Person.objects.filter(pk__in=ids)
        return _rewrite(people, places)


def refresh_places(places: Places) -> int:
    """Makes the spells of everybody in these places anew; returns how many."""
    with lending("registry", places), lending("benefits", places):
        return _rewrite(within(Person.objects.all(), places), places)


def _rewrite(people: QuerySet[Person], places: Places) -> int:
    living = people.filter(merged_into=None)
    found = gather(
        living,
        cut=Cut(),
        vocabulary=book().vocabulary,
        maps=maps_of(rule_files()["gathering.toml"]),
        places=places,
    )
    with connection.cursor() as cursor:
        ids = list(people.values_list("id", flat=True))
        cursor.execute("DELETE FROM benefits_spell WHERE person_id = ANY(%s)", [ids])
    return _write(found, dict(living.values_list("id", "division")))


def _write(found: Iterable[Gathered], divisions: dict[UUID, int]) -> int:
    """COPY into a staging table, then one statement: COPY itself is refused on protected tables."""
    vocabulary, moment = book().vocabulary, now()
    names = ("id", "division", "person_id", "from_month", "to_month", "built_at", *vocabulary)
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    connection.ensure_connection()
    assert connection.connection is not None
    # Worked out before the copying begins: the connection does one thing at a time.
    rows = [
        _row(one, spell, divisions[one.person_id], moment)
        for one in found
        for spell in one.spells(vocabulary)
        if spell.to_month > FIRST_MONTH
    ]
    with connection.connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS staging_spells (LIKE benefits_spell) ON COMMIT DROP")
        with cursor.copy(sql.SQL("COPY staging_spells ({}) FROM STDIN").format(columns)) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(sql.SQL("INSERT INTO benefits_spell ({0}) SELECT {0} FROM staging_spells").format(columns))
        made = int(cursor.rowcount)
        cursor.execute("TRUNCATE staging_spells")
    return made


def _row(one: Gathered, spell: Any, division: int, moment: Any) -> tuple[Any, ...]:
    to_month = OPEN if spell.to_month >= 9999 * 12 else spell.to_month
    return (new_id(), division, one.person_id, spell.from_month, to_month, moment, *spell.values.values())


def mark(person_id: UUID, *, division: int) -> None:
    """Somebody's facts or awards changed: the next minute's job makes spells and findings anew, once for many changes."""
    with lending("benefits", Places.only([division])), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO benefits_pending (id, division, person_id, since) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (person_id) DO NOTHING",
            [new_id(), division, person_id, now()],
        )


def settle(division: int) -> list[UUID]:
    """Makes the spells of everybody who is marked anew; returns who that was. Whoever reads spells in earnest calls it first."""
    places = Places.of([division])
    with lending("benefits", places), lending("registry", places):
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM benefits_pending WHERE division BETWEEN %s AND %s RETURNING person_id",
                [places.low, places.high],
            )
            people = [person for (person,) in cursor.fetchall()]
        if people:
            _rewrite(Person.objects.filter(pk__in=people), places)
    return people
