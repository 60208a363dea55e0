"""The sweep: which steps of the ladder have come, told once each, in one statement and one transaction."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from vetgrid.core.clock import now
from vetgrid.core.scope import confiding
from vetgrid.notices.actions import Message, tell
from vetgrid.work.actions import project, ticks_of
from vetgrid.work.limits import ladder_on
from vetgrid.work.models import Clock

_SHOWN = 8
"""How many items one message names; the rest are counted and lie behind its link."""

# The days up to which each step has come are computed outside: under row-level security only a comparison with a plain value may
# use an index, an expression on the row of another table may not.
# Everything in one statement: what has come due and was not told, the key that makes it happen once, and who is told.
_SWEEP = """
WITH steps AS (
  SELECT * FROM unnest(%(keys)s::text[], %(bases)s::text[], %(bounds)s::date[], %(audiences)s::text[], %(kinds)s::text[])
           AS s(key, basis, bound, audience, kind)
), heads AS (
  SELECT DISTINCT p.division, p.staff_id,
         CASE WHEN p.kind IN ('village_head', 'station_head', 'centre_head') THEN 'station_head'
              WHEN p.kind = 'section_chief' THEN 'city_section' ELSE 'bureau_leader' END AS audience
    FROM orgs_post p JOIN orgs_staff f ON f.id = p.staff_id
   WHERE p.to_on IS NULL AND f.ended_on IS NULL
     AND p.kind IN ('village_head', 'station_head', 'centre_head', 'section_chief', 'bureau_leader')
), come AS (
  SELECT i.id AS item, i.division, i.title, i.owner_id, i.due_on, i.is_confidential, s.key, s.audience, i.due_on AS base
    FROM steps s JOIN work_workitem i ON i.due_on <= s.bound
   WHERE s.basis = 'due' AND i.clock_state = 'running' AND i.closed_on IS NULL AND s.kind IN ('', i.kind)
     AND (s.audience = 'owner' OR NOT i.is_confidential)
  UNION ALL
  SELECT i.id, i.division, i.title, i.owner_id, i.due_on, i.is_confidential, s.key, s.audience, i.next_on
    FROM steps s JOIN work_workitem i ON i.next_on <= s.bound
   WHERE s.basis = 'next' AND i.closed_on IS NULL AND s.kind IN ('', i.kind)
     AND (s.audience = 'owner' OR NOT i.is_confidential)
), new AS (
  SELECT c.*, CASE WHEN c.audience = 'station_head' THEN c.division ELSE c.division / 1000000 * 1000000 END AS place
    FROM come c
   WHERE NOT EXISTS (SELECT 1 FROM work_escalation e WHERE e.item_id = c.item AND e.step = c.key AND e.base_on = c.base)
), told AS (
  INSERT INTO work_escalation (id, division, item_id, step, base_on, audience, told_at, is_undeliverable, is_confidential)
  SELECT gen_random_uuid(), n.division, n.item, n.key, n.base, n.audience, %(now)s,
         n.audience <> 'owner' AND NOT EXISTS (SELECT 1 FROM heads h WHERE h.audience = n.audience AND h.division = n.place), n.is_confidential
    FROM new n
  ON CONFLICT DO NOTHING
), receivers AS (
  SELECT n.owner_id AS staff, n.item, n.title, n.due_on, n.is_confidential FROM new n WHERE n.audience = 'owner'
  UNION
  SELECT h.staff_id, n.item, n.title, n.due_on, n.is_confidential
    FROM new n JOIN heads h ON h.audience = n.audience AND h.division = n.place
   WHERE n.audience <> 'owner'  -- says nothing new, but spares comparing every owner's line with every head
)
SELECT g.staff, f.division, g.number, g.is_confidential, g.lines, (SELECT count(*) FROM new)
  FROM (SELECT r.staff, count(*) AS number, bool_or(r.is_confidential) AS is_confidential,
               (array_agg(r.title || coalesce('(' || to_char(r.due_on, 'YYYY-MM-DD') || '到期)', '') ORDER BY r.due_on, r.item))[1:8] AS lines
          FROM receivers r GROUP BY r.staff) g
  JOIN orgs_staff f ON f.id = g.staff ORDER BY g.staff
"""


@dataclass(frozen=True)
class Swept:
    """What one sweep did: steps told and messages written."""

    steps: int
    messages: int


@transaction.atomic
def sweep(*, today: date) -> Swept:
    """Tells every step that has come and was not told yet; a killed sweep leaves nothing and is simply run again."""
    steps = ladder_on(today)
    values: dict[str, Any] = {
        "keys": [step.key for step in steps],
        "bases": [step.basis for step in steps],
        "bounds": [today - timedelta(days=step.days) for step in steps],
        "audiences": [step.audience for step in steps],
        "kinds": [step.kind for step in steps],
        "now": now(),
    }
    with confiding(), connection.cursor() as cursor:
        # One sweep at a time: two of them would both find the same steps new.
        cursor.execute("SELECT pg_advisory_xact_lock(7021)")
        cursor.execute(_SWEEP, values)
        rows = cursor.fetchall()
    messages = [_message(staff, division, count, secret, lines) for staff, division, count, secret, lines, _ in rows]
    tell(messages, today=today)
    return Swept(rows[0][5] if rows else 0, len(messages))


def _message(staff: UUID, division: int, count: int, is_confidential: bool, lines: list[str]) -> Message:
    text = "\n".join(lines) + (f"\n……共{count}件" if count > _SHOWN else "")
    return Message(
        template="escalation",
        division=division,
        staff_id=staff,
        values={"step": "到期提醒", "count": str(count), "lines": text},
        url="/inbox?due=soon",
        is_confidential=is_confidential,
    )


@transaction.atomic
def recount() -> int:
    """Counts provisional clocks anew, in case the calendar of their year is known now; returns how many changed."""
    changed = 0
    with confiding():
        for clock in Clock.objects.filter(is_provisional=True, state=Clock.State.RUNNING).select_related("item"):
            before = clock.due_on, clock.is_provisional
            project(clock, ticks_of(clock))
            changed += before != (clock.due_on, clock.is_provisional)
    return changed
