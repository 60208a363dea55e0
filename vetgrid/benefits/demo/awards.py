"""Awards of the five years, set-based: whoever the rules give something has one, but for a few who never asked."""

import random
from datetime import date, timedelta
from typing import Any

from django.db import connection

from vetgrid.benefits.actions.deciding import Asked, decide_many
from vetgrid.benefits.determining import determine_into, fresh_table, of_places
from vetgrid.benefits.models import Award, Confirmation
from vetgrid.benefits.rulebook import rulebook
from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.clock import now
from vetgrid.core.ruling.months import month_on

MISSED_PERMILLE = 12
_PAID_WITH_AWARD = [
    "disability_pension",
    "survivors_pension",
    "red_army_allowance",
    "demobilised",
    "ill_returned",
    "combat_test",
    "rural_over60",
    "martyr_child",
    "veteran_party_member",
    "nursing_fee",
    "conscript_family",
    "local_subsidy",
    "insurance_continuation",
    "funeral_aid",
]
# One period a person and programme, from the first month with an amount to the last: months between pay what the rules give.
# Whoever the hash chooses never asked, so that the sweep has somebody to find.
_AWARDS = """
CREATE TEMP TABLE demo_award ON COMMIT DROP AS
SELECT gen_random_uuid() AS id, d.person_id, p.division, d.programme, min(d.month) AS from_month, max(d.month) + 1 AS to_month,
       d.programme = ANY(%(once)s) OR max(d.month) < %(last)s AND d.programme = ANY(%(monthly)s)
       OR max(d.month) < %(last)s - 11 AS is_over
  FROM demo_amounts d JOIN registry_person p ON p.id = d.person_id
 WHERE d.programme = ANY(%(programmes)s) AND p.merged_into_id IS NULL
   AND NOT (d.programme = ANY(%(monthly)s) AND hashtextextended(d.person_id::text || d.programme, 7) %% 1000 BETWEEN 0 AND %(missed)s)
 GROUP BY 2, 3, 4
"""
_INSERT = (
    """
INSERT INTO benefits_award (id, division, person_id, programme, state, from_month, to_month, version)
SELECT id, division, person_id, programme, CASE WHEN is_over THEN 'stopped' ELSE 'active' END, from_month,
       CASE WHEN is_over THEN to_month END, 1 FROM demo_award
""",
    """
INSERT INTO benefits_awardevent (id, division, award_id, number, kind, month, "on", reason, article, source, by, by_name,
                                 approver_name, at)
SELECT gen_random_uuid(), division, id, 1, 'start', from_month,
       make_date(from_month / 12, from_month %% 12 + 1, 1), '审核符合条件,从当月起发给。', '',
       'archive', %(by)s, %(name)s, '', %(at)s FROM demo_award
""",
    """
INSERT INTO benefits_awardevent (id, division, award_id, number, kind, month, "on", reason, article, source, by, by_name,
                                 approver_name, at)
SELECT gen_random_uuid(), division, id, 2, 'stop', to_month,
       make_date(to_month / 12, to_month %% 12 + 1, 1), '条件不再符合或一次性待遇已发放,停发。', '',
       'archive', %(by)s, %(name)s, '', %(at)s FROM demo_award WHERE is_over
""",
    """
INSERT INTO benefits_awardperiod (id, division, award_id, from_month, to_month)
SELECT gen_random_uuid(), division, id, from_month, CASE WHEN is_over THEN to_month ELSE %(open)s END FROM demo_award
""",
)


def award(*, county: int, first: int, last: int, by: Actor) -> None:
    """Works out every month of every programme into the table `demo_amounts` and opens an award for each who receives."""
    fresh_table("demo_amounts")
    determine_into("demo_amounts", range(first, last + 1), source=of_places(county), county=county)
    programmes = rulebook().programmes
    values: dict[str, Any] = {
        "programmes": _PAID_WITH_AWARD,
        "monthly": [key for key, one in programmes.items() if one.frequency == "monthly"],
        "once": [key for key, one in programmes.items() if one.frequency == "once"],
        "last": last,
        "missed": MISSED_PERMILLE,
        "by": by.id,
        "name": by.name,
        "at": now(),
        "open": 2**30,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AWARDS, values)
        for statement in _INSERT:
            cursor.execute(statement, values)


def confirm(dice: random.Random, *, by: Actor, today: date) -> None:
    """Nearly everybody who receives was seen in time this year."""
    rows, seen = [], set()
    for person, division in Award.objects.filter(state="active").order_by("id").values_list("person_id", "division"):
        if person in seen or dice.random() > 0.985:
            continue
        seen.add(person)
        day = date(today.year, 3, 1) + timedelta(days=dice.randrange(230))
        way = dice.choices(["visit", "video", "match"], [55, 10, 35])[0]
        rows.append(
            Confirmation(
                person_id=person,
                division=division,
                year=today.year,
                way=way,
                confirmed_on=day,
                confirmed_by=by.id,
                confirmed_by_name=by.name,
            )
        )
    insert(rows)


def decide_some(*, by: Actor, today: date) -> None:
    """A dozen decisions with receipts, one or two a programme, as somebody would ask for them."""
    asked = []
    for programme in _PAID_WITH_AWARD[:9]:
        chosen = Award.objects.filter(programme=programme, state="active").order_by("id")[:2]
        asked += [Asked(one.person_id, one.division, programme, month_on(today)) for one in chosen]
    decisions = decide_many(asked, by=by, today=today)
    for decision in decisions:
        Award.objects.filter(person_id=decision.person_id, programme=decision.programme).update(decision=decision)
