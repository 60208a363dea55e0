"""Claims for a pay run: what awards give in the months of the look-back window, and why an amount differs from last month.

The whole amount of each month is claimed again every month; what is due follows from the ledger. A month in which an award no
longer pays, or the rules no longer give anything, is claimed as zero: so a late death becomes a recovery.
"""

from datetime import date

from psycopg import sql

from vetgrid.benefits.determining import determine_into, fresh_table, of_places, run
from vetgrid.benefits.handling import is_paid, months_of
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.sources import book, parameters
from vetgrid.benefits.spelling import FIRST_MONTH, settle
from vetgrid.core.actor import Actor, require
from vetgrid.core.errors import Invalid
from vetgrid.core.places import Level, Places, ancestor, interval
from vetgrid.core.ruling.months import first_day, label, month_on
from vetgrid.core.ruling.parameters import Parameters
from vetgrid.core.scope import lending
from vetgrid.payments.actions import draft_run_from_sql
from vetgrid.payments.jobs import DRAFT_STEPS, Told, declare, silent
from vetgrid.payments.models import PayJob, PayRun

_CLAIMS = """
SELECT a.person_id, a.programme AS purpose, make_date(m.month / 12, m.month %% 12 + 1, 1) AS month,
       CASE WHEN EXISTS (SELECT 1 FROM benefits_awardperiod p WHERE p.award_id = a.id AND p.from_month <= m.month AND p.to_month > m.month)
            THEN coalesce(d.amount_fen, 0) ELSE 0 END AS determined_fen, a.id AS basis_id, a.state, a.from_month
  FROM benefits_award a
 CROSS JOIN generate_series(greatest({first}, a.from_month), {last}) AS m(month)
  LEFT JOIN claim_amounts d ON d.person_id = a.person_id AND d.programme = a.programme AND d.month = m.month
 WHERE a.division BETWEEN {low} AND {high} AND a.programme = ANY({programmes})
   AND (a.to_month IS NULL OR a.to_month > {first} - 1)
"""
# One row a person, programme and month: a second award of the same programme counts only where it pays.
_SELECT = """
SELECT c.person_id, c.purpose, c.month, sum(c.determined_fen)::bigint AS determined_fen,
       (array_agg(c.basis_id ORDER BY c.determined_fen DESC, c.basis_id))[1] AS basis_id,
       CASE WHEN sum(c.determined_fen) = 0 THEN 'stop'
            WHEN bool_or(c.is_one_off) THEN 'one_off'
            WHEN min(c.from_month) = {last} THEN 'start'
            WHEN {rate_changed} THEN 'rate'
            WHEN bool_or(c.is_new) THEN 'resume'
            WHEN bool_or(c.has_changed) THEN 'grade'
            ELSE '' END AS explanation
  FROM claim_rows c GROUP BY 1, 2, 3
"""

_AT_ONCE = 6
"""So many months are determined between two looks at the bar."""


def claims_into(*, division: int, month: int, today: date, told: Told = silent) -> sql.Composed:
    """Works the claims out into the temporary table `claim_rows`; returns the SELECT that a run is drafted from."""
    programmes = [one.key for one in book().programmes.values() if is_paid(one.key, on=today)]
    first = month - months_of("look_back", on=today) + 1
    county, (low, high) = ancestor(division, Level.COUNTY), interval(division)
    fresh_table("claim_amounts")
    # The same values for all months, whoever adds some meanwhile.
    values, months = parameters(), list(range(first - 1, month + 1))
    for at in range(0, len(months), _AT_ONCE):
        told(at, len(months) + DRAFT_STEPS)
        some = months[at : at + _AT_ONCE]
        source = of_places(division)
        determine_into("claim_amounts", some, source=source, county=county, programmes=programmes, among=values)
    told(len(months), len(months) + DRAFT_STEPS)
    run(sql.SQL("CREATE INDEX ON claim_amounts (person_id, programme, month)"))
    run(sql.SQL("DROP TABLE IF EXISTS pg_temp.claim_rows"))
    literal = sql.Literal
    rows = sql.SQL(_CLAIMS.replace("%%", "%")).format(
        first=literal(first),
        last=literal(month),
        low=literal(low),
        high=literal(high),
        programmes=literal(programmes),
    )
    once = [one.key for one in book().programmes.values() if one.frequency != "monthly"]
    run(
        sql.SQL(
            "CREATE TEMP TABLE claim_rows ON COMMIT DROP AS SELECT c.*, c.purpose = ANY({once}) AS is_one_off,"
            " lag(c.determined_fen) OVER w = 0 AS is_new, lag(c.determined_fen) OVER w <> c.determined_fen AS has_changed"
            " FROM ({rows}) c WINDOW w AS (PARTITION BY c.person_id, c.purpose ORDER BY c.month)"
        ).format(once=literal(once), rows=rows)
    )
    return sql.SQL(_SELECT).format(last=literal(month), rate_changed=_rate_changed(month, values))


def _rate_changed(month: int, values: Parameters) -> sql.Composable:
    """Whether the tables of the claim's programme changed from the month before to the claim's own month."""
    pairs: list[sql.Composable] = []
    for programme in book().programmes.values():
        tables = {table for rule in programme.rules for table, _ in book().tables_of(rule)}
        changed = sorted({at for table in tables for at in values.changes_between(table, month - 120, month)})
        if changed:
            pairs.append(
                sql.SQL(
                    "(c.purpose = {} AND bool_or(extract(year FROM c.month) * 12 + extract(month FROM c.month) - 1 = ANY({})))"
                ).format(sql.Literal(programme.key), sql.Literal(changed))
            )
    return sql.SQL("(") + sql.SQL(" OR ").join(pairs) + sql.SQL(")") if pairs else sql.SQL("false")


def check_month(month: int, *, today: date) -> None:
    """Raises Invalid for a month that cannot be paid."""
    if not FIRST_MONTH <= month <= month_on(today) + 1:
        raise Invalid(fields={"month": "月份应在2011年8月以后,最晚是下个月。"})


def draft_month(*, division: int, month: int, by: Actor, today: date, told: Told = silent, ref: str = "") -> PayRun:
    """编制某月待遇: claims from all awards of the place. The right to draft is that of payments; the claims are read here."""
    require(by, BenefitsPermission.READ, at=division)
    check_month(month, today=today)
    with lending("benefits", Places.of([division])):
        settle(division)
        select = claims_into(division=division, month=month, today=today, told=told)
        months = months_of("look_back", on=today) + 1
        return draft_run_from_sql(
            select,
            division=division,
            month=first_day(month),
            label=label_of(month),
            by=by,
            today=today,
            purpose_labels={one.key: one.label for one in book().programmes.values()},
            is_explained=True,
            ref=ref,
            at_step=lambda step: told(months + step, months + DRAFT_STEPS),
        )


def label_of(month: int) -> str:
    return f"{label(month)}优抚待遇"


def _month(job: PayJob, told: Told, by: Actor, today: date) -> PayRun:
    """The same in the background; the job's own key makes it one run even when it is done again after a kill."""
    assert job.month is not None
    return draft_month(
        division=job.division, month=month_on(job.month), by=by, today=today, told=told, ref=f"job:{job.id}"
    )


declare(PayJob.Kind.MONTH, _month)
