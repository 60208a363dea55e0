"""Do: look at everybody (or a few) and find who is entitled and does not receive, who receives and is not entitled, who will be.

Set-based: the rules run over the spells, the result is compared with awards and with the findings that are open. Only what is new
becomes an item for the responsible contact with a pre-filled application, and a message to the person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg import sql

from vetgrid.benefits.actions.closing import close_items
from vetgrid.benefits.actions.following import follow_up
from vetgrid.benefits.determining import determine_into, fresh_table, of_people, of_places, run
from vetgrid.benefits.handling import is_automatic, is_paid, months_of
from vetgrid.benefits.loading import Given, load_awards
from vetgrid.benefits.models import Finding
from vetgrid.benefits.sources import book, parameters
from vetgrid.core.actor import Actor
from vetgrid.core.places import Level, Places, ancestor, interval
from vetgrid.core.ruling.months import month_on
from vetgrid.core.scope import lending

# Awards of a programme that pays at any time from the month on, or is suspended: who has one is not missed.
_COVERED = (
    "EXISTS (SELECT 1 FROM benefits_award a WHERE a.person_id = d.person_id AND a.programme = d.programme"
    " AND (a.state <> 'stopped' OR a.to_month > d.month))"
)
_PAYS_NOW = (
    "EXISTS (SELECT 1 FROM benefits_award a JOIN benefits_awardperiod p ON p.award_id = a.id WHERE a.person_id = d.person_id"
    " AND a.programme = d.programme AND p.from_month <= d.month AND p.to_month > d.month)"
)
# The dead and those who left are not looked for where a benefit needs them to be here.
_HERE = "(p.died_on IS NULL AND p.left_on IS NULL OR NOT d.programme = ANY(%(monthly)s))"
# What comes once a year is for whoever was alive and here then, as far as the registry knows.
_ONLY_BEFORE = """
DELETE FROM sweep_all s USING registry_person p
 WHERE p.id = s.person_id AND s.programme = ANY(%(yearly)s)
   AND s.month > least(extract(year FROM p.left_on) * 12 + extract(month FROM p.left_on) - 1,
                       left(p.died_on, 4)::int * 12 + coalesce(nullif(substr(p.died_on, 6, 2), ''), '12')::int - 1)
"""
_FOUND = """
CREATE TEMP TABLE sweep_found ON COMMIT DROP AS
SELECT d.person_id, p.division, d.programme, 'receiving'::varchar AS kind, d.month, NULL::int AS soon_month, d.amount_fen
  FROM sweep_now d JOIN registry_person p ON p.id = d.person_id WHERE {pays}
UNION ALL
SELECT d.person_id, p.division, d.programme, 'missing', d.month, NULL, d.amount_fen
  FROM sweep_now d JOIN registry_person p ON p.id = d.person_id
 WHERE NOT {pays} AND NOT {covered} AND p.merged_into_id IS NULL AND {here}
UNION ALL
SELECT d.person_id, d.division, d.programme, 'undue', %(month)s, NULL, 0
  FROM (SELECT DISTINCT a.person_id, a.division, a.programme, a.from_month
          FROM benefits_award a JOIN benefits_awardperiod w ON w.award_id = a.id AND w.from_month <= %(month)s AND w.to_month > %(month)s
         WHERE a.state = 'active' AND {scope}) d
 WHERE (d.programme = ANY(%(monthly)s) OR d.programme = ANY(%(yearly)s) AND d.from_month <= %(month)s - 11)
   AND NOT EXISTS (SELECT 1 FROM sweep_now n WHERE n.person_id = d.person_id AND n.programme = d.programme)
UNION ALL
SELECT d.person_id, p.division, d.programme, 'soon', %(month)s, d.month, d.amount_fen
  FROM (SELECT DISTINCT ON (person_id, programme) * FROM sweep_soon ORDER BY person_id, programme, month) d
  JOIN registry_person p ON p.id = d.person_id
 WHERE NOT {covered} AND p.merged_into_id IS NULL AND p.died_on IS NULL AND p.left_on IS NULL
   AND NOT EXISTS (SELECT 1 FROM sweep_now n WHERE n.person_id = d.person_id AND n.programme = d.programme)
"""
_CLOSE = """
UPDATE benefits_finding f SET closed_on = %(today)s, outcome = '情况已变化'
 WHERE f.closed_on IS NULL AND {scope}
   AND NOT EXISTS (SELECT 1 FROM sweep_found s WHERE s.person_id = f.person_id AND s.programme = f.programme AND s.kind = f.kind)
RETURNING f.item_id
"""
_KEEP = """
UPDATE benefits_finding f SET month = s.month, soon_month = s.soon_month, amount_fen = s.amount_fen
  FROM sweep_found s
 WHERE f.closed_on IS NULL AND s.person_id = f.person_id AND s.programme = f.programme AND s.kind = f.kind
   AND (f.month, f.soon_month, f.amount_fen) IS DISTINCT FROM (s.month, s.soon_month, s.amount_fen)
"""
_NEW = """
INSERT INTO benefits_finding (id, division, person_id, programme, kind, month, soon_month, amount_fen, papers, found_on, outcome)
SELECT gen_random_uuid(), s.division, s.person_id, s.programme, s.kind, s.month, s.soon_month, s.amount_fen, '[]', %(today)s, ''
  FROM sweep_found s
ON CONFLICT (person_id, programme, kind) WHERE closed_on IS NULL DO NOTHING
RETURNING id, kind
"""


@dataclass(frozen=True)
class Swept:
    """What a sweep did: how many are open by kind, how many are new, how many closed."""

    open: dict[str, int]
    new: int
    closed: int


@dataclass(frozen=True)
class _Scope:
    """Whom a sweep looks at: everybody of a division, or a few persons."""

    county: int
    source: sql.Composable
    condition: str
    values: dict[str, Any]


def sweep(*, division: int, month: int, by: Actor, today: date, is_told: bool = True) -> Swept:
    """Everybody of a division. Called by jobs and by the action that starts a batch, in a scope that reaches the division."""
    low, high = interval(division)
    condition = "{0}.division BETWEEN %(low)s AND %(high)s"
    scope = _Scope(ancestor(division, Level.COUNTY), of_places(division), condition, {"low": low, "high": high})
    return _sweep(scope, month=month, by=by, today=today, is_told=is_told)


def sweep_people(person_ids: Iterable[UUID], *, division: int, by: Actor, today: date) -> Swept:
    """A few persons, after a fact or an award of theirs changed."""
    ids = list(person_ids)
    condition = "{0}.person_id = ANY(%(people)s)"
    scope = _Scope(ancestor(division, Level.COUNTY), of_people(ids), condition, {"people": ids})
    return _sweep(scope, month=month_on(today), by=by, today=today, is_told=True)


@transaction.atomic
def _sweep(scope: _Scope, *, month: int, by: Actor, today: date, is_told: bool) -> Swept:
    programmes = [one for one in book().programmes.values() if is_paid(one.key, on=today)]
    monthly = [one.key for one in programmes if one.frequency == "monthly"]
    yearly = [one.key for one in programmes if one.frequency == "yearly"]
    others = [one.key for one in programmes if one.frequency != "monthly"]
    county = Places.of([scope.county])
    values = {"month": month, "monthly": monthly, "yearly": yearly, "today": today, **scope.values}
    with lending("benefits", county), lending("registry", county):
        _determine(scope, month, monthly, others, yearly, today)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.sweep_found")
            question = _FOUND.format(pays=_PAYS_NOW, covered=_COVERED, here=_HERE, scope=scope.condition.format("a"))
            cursor.execute(question, values)
            cursor.execute("ANALYZE sweep_found")
        _give_automatic(by=by, today=today)
        return _compare(scope, values, by=by, today=today, is_told=is_told)


def _determine(
    scope: _Scope, month: int, monthly: Sequence[str], others: Sequence[str], yearly: Sequence[str], today: date
) -> None:
    """What is given now (of benefits that come once or yearly: within the last year), and in the months ahead."""
    fresh_table("sweep_all")
    call: dict[str, Any] = {"source": scope.source, "county": scope.county, "among": parameters()}
    determine_into("sweep_all", [month], programmes=[*monthly, *others], **call)
    back = range(month - months_of("once_open", on=today) + 1, month)
    determine_into("sweep_all", back, programmes=others, **call)
    with connection.cursor() as cursor:
        cursor.execute(_ONLY_BEFORE, {"yearly": list(yearly)})
    fresh_table("sweep_now")
    run(
        sql.SQL(
            "INSERT INTO sweep_now SELECT DISTINCT ON (person_id, programme) person_id, programme, month, amount_fen"
            " FROM sweep_all ORDER BY person_id, programme, month DESC"
        )
    )
    fresh_table("sweep_soon")
    ahead = range(month + 1, month + months_of("look_ahead", on=today) + 1)
    determine_into("sweep_soon", ahead, programmes=[*monthly, *others], **call)
    run(sql.SQL("ANALYZE sweep_now"))


def _compare(scope: _Scope, values: dict[str, Any], *, by: Actor, today: date, is_told: bool) -> Swept:
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE.format(scope=scope.condition.format("f")), values)
        gone = [item for (item,) in cursor.fetchall()]
        cursor.execute(_KEEP, values)
        cursor.execute(_NEW, values)
        new = cursor.fetchall()
        cursor.execute("SELECT kind, count(*) FROM sweep_found GROUP BY 1")
        counts = {str(kind): int(count) for kind, count in cursor.fetchall()}
    close_items([item for item in gone if item], outcome="情况已变化", by=by, today=today)
    wanted = [finding for finding, kind in new if kind != Finding.Kind.RECEIVING]
    if is_told:
        follow_up(wanted, county=scope.county, by=by, today=today)
    return Swept(counts, len(new), len(gone))


def _give_automatic(*, by: Actor, today: date) -> None:
    """Benefits that need no application: who is entitled gets an award, and the finding says that he receives."""
    keys = [key for key in book().programmes if is_automatic(key, on=today)]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sweep_found WHERE kind = 'soon' AND programme = ANY(%s)", [keys])
        cursor.execute(
            "UPDATE sweep_found SET kind = 'receiving' WHERE kind = 'missing' AND programme = ANY(%s)"
            " RETURNING person_id, division, programme, month",
            [keys],
        )
        found = cursor.fetchall()
    load_awards(
        [Given(person, division, programme, month, reason="列入名单") for person, division, programme, month in found],
        by=by,
        today=today,
    )
