"""What the gate asks of benefits: confirmations, reports of deaths, rates, suspended awards, double benefits."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from vetgrid.benefits.determining import determine_into, fresh_table, of_people
from vetgrid.benefits.handling import deadline
from vetgrid.benefits.sources import book
from vetgrid.benefits.spelling import settle
from vetgrid.core.places import NATION, Level, Places, ancestor
from vetgrid.core.ruling.months import month_on
from vetgrid.core.ruling.vocabulary import yuan
from vetgrid.core.scope import lending
from vetgrid.payments.gate import Asked, Check, Found, declare
from vetgrid.payments.summing import sum_up_run

LAPSED = """
SELECT DISTINCT l.id, p.name || %(year)s || '年度没有确认,宽限期已过。请先办理年度确认,或暂缓发放。'
  FROM payments_payline l JOIN registry_person p ON p.id = l.payee_id
 WHERE l.run_id = %(run)s AND l.outcome = 'open' AND l.amount_fen > 0
   AND EXISTS (SELECT 1 FROM payments_claim c JOIN benefits_award a ON a.id = c.basis_id
                WHERE c.run_id = l.run_id AND c.payee_id = l.payee_id AND c.due_fen > 0 AND c.purpose = ANY(%(monthly)s)
                  AND a.from_month <= %(due)s)
   AND NOT EXISTS (SELECT 1 FROM benefits_confirmation k WHERE k.person_id = l.payee_id AND k.year >= %(year_no)s)
"""
DEATH_REPORTED = """
SELECT DISTINCT l.id, p.name || '有一个来源报告已于' || d.died_on || '去世,尚未核实。请登记第二个来源或误报,再发放。'
  FROM payments_payline l JOIN registry_person p ON p.id = l.payee_id
  JOIN benefits_deathreport d ON d.person_id = l.payee_id AND d.outcome = ''
 WHERE l.run_id = %(run)s AND l.outcome = 'open' AND l.amount_fen > 0
"""
SUSPENDED = """
SELECT DISTINCT l.id, p.name || '的“' || c.purpose || '”' || CASE WHEN a.id IS NULL THEN '没有认定' ELSE '已暂停或停发' END
       || ',本次仍核定了' || to_char(c.month, 'YYYY"年"FMMM"月"') || '的款项。'
  FROM payments_claim c JOIN payments_payline l ON l.run_id = c.run_id AND l.payee_id = c.payee_id
  JOIN registry_person p ON p.id = c.payee_id
  LEFT JOIN benefits_award a ON a.person_id = c.payee_id AND a.programme = c.purpose
 WHERE c.run_id = %(run)s AND l.outcome = 'open' AND c.determined_fen > 0 AND c.purpose = ANY(%(ours)s)
   AND NOT EXISTS (SELECT 1 FROM benefits_award b JOIN benefits_awardperiod w ON w.award_id = b.id
                    WHERE b.person_id = c.payee_id AND b.programme = c.purpose
                      AND w.from_month <= (extract(year FROM c.month) * 12 + extract(month FROM c.month) - 1)
                      AND w.to_month > (extract(year FROM c.month) * 12 + extract(month FROM c.month) - 1))
"""
WRONG_RATE = """
SELECT l.id, p.name, c.purpose, c.month, c.determined_fen, coalesce(d.amount_fen, 0)
  FROM payments_claim c JOIN payments_payline l ON l.run_id = c.run_id AND l.payee_id = c.payee_id
  JOIN registry_person p ON p.id = c.payee_id
  LEFT JOIN gate_amounts d ON d.person_id = c.payee_id AND d.programme = c.purpose
   AND d.month = (extract(year FROM c.month) * 12 + extract(month FROM c.month) - 1)::int
 WHERE c.run_id = %(run)s AND l.outcome = 'open' AND c.purpose = ANY(%(ours)s) AND c.determined_fen > 0
   AND c.determined_fen <> coalesce(d.amount_fen, 0)
"""
DOUBLE = """
SELECT DISTINCT l.id, p.name, c.purpose, o.purpose
  FROM payments_claim c JOIN payments_claim o ON o.run_id = c.run_id AND o.payee_id = c.payee_id AND o.month = c.month
  JOIN payments_payline l ON l.run_id = c.run_id AND l.payee_id = c.payee_id
  JOIN registry_person p ON p.id = c.payee_id
  JOIN unnest(%(first)s::text[], %(second)s::text[], %(since)s::int[]) AS e(one, two, since)
    ON e.one = c.purpose AND e.two = o.purpose
   AND e.since <= extract(year FROM c.month) * 12 + extract(month FROM c.month) - 1
 WHERE c.run_id = %(run)s AND l.outcome = 'open' AND c.determined_fen > 0 AND o.determined_fen > 0
"""
# The same beyond this run: new money of one benefit, where the ledger or an open run has the other one for that month, under this file, under files
# merged into it, or under another county's file of the same number. What this run itself claims of the other is asked above.
DOUBLE_BEFORE = """
SELECT l.id, p.name, c.purpose, t.purpose, c.month
  FROM payments_claim c JOIN payments_payline l ON l.run_id = c.run_id AND l.payee_id = c.payee_id
  JOIN registry_person p ON p.id = c.payee_id
  JOIN (SELECT member, payee FROM pay_family
         UNION SELECT q.id, r.id FROM registry_person r JOIN registry_person q ON q.id_index = r.id_index AND q.id <> r.id
          WHERE r.id IN (SELECT payee FROM pay_family) AND r.id_index IS NOT NULL) f ON f.payee = c.payee_id
  JOIN (SELECT payee_id, purpose, month, CASE WHEN debit = 'expense' THEN amount_fen ELSE -amount_fen END AS fen
          FROM payments_posting WHERE kind IN ('accrual', 'recovery')
         UNION ALL
        SELECT w.payee_id, w.purpose, w.month, w.determined_fen FROM payments_claim w JOIN payments_payrun r ON r.id = w.run_id
          JOIN payments_payline k ON k.run_id = w.run_id AND k.payee_id = w.payee_id AND k.outcome = 'open'
         WHERE w.run_id <> %(run)s AND r.state IN ('draft', 'gated', 'reviewed', 'approved')) t
    ON t.payee_id = f.member AND t.month = c.month
  JOIN unnest(%(first)s::text[], %(second)s::text[], %(since)s::int[]) AS e(one, two, since)
    ON e.one = c.purpose AND e.two = t.purpose
   AND e.since <= extract(year FROM c.month) * 12 + extract(month FROM c.month) - 1
 WHERE c.run_id = %(run)s AND l.outcome = 'open' AND c.due_fen > 0
   AND NOT EXISTS (SELECT 1 FROM payments_claim o WHERE o.run_id = c.run_id AND o.payee_id = c.payee_id AND o.purpose = t.purpose
                      AND o.month = c.month)
 GROUP BY l.id, p.name, c.purpose, t.purpose, c.month, f.member
HAVING sum(t.fen) > 0
"""


def _rows(question: str, values: dict[str, Any], county: int) -> list[tuple[Any, ...]]:
    """Runs in a lent scope: who checks a run need not hold permissions of benefits."""
    with (
        lending("benefits", Places.of([county])),
        lending("registry", Places.of([county])),
        connection.cursor() as cursor,
    ):
        cursor.execute(question, values)
        return list(cursor.fetchall())


def _county(asked: Asked) -> int:
    return ancestor(asked.division, Level.COUNTY)


def _label(key: str) -> str:
    found = book().programmes.get(key)
    return found.label if found else key


def lapsed(asked: Asked) -> Iterable[Found]:
    """The last year whose days of grace are over, and who was not confirmed for it or later."""
    year = asked.today.year if asked.today >= deadline(asked.today.year).lapses_on else asked.today.year - 1
    values = {
        "run": asked.run_id,
        "year": str(year),
        "year_no": year,
        "due": month_on(deadline(year).due_on),
        "monthly": [one.key for one in book().programmes.values() if one.frequency == "monthly"],
    }
    yield from _rows(LAPSED, values, _county(asked))


def death_reported(asked: Asked) -> Iterable[Found]:
    yield from _rows(DEATH_REPORTED, {"run": asked.run_id}, _county(asked))


def suspended(asked: Asked) -> Iterable[Found]:
    values: dict[str, Any] = {"run": asked.run_id, "ours": list(book().programmes)}
    for line, sentence in _rows(SUSPENDED, values, _county(asked)):
        text = str(sentence)
        for key, programme in book().programmes.items():
            text = text.replace(f"“{key}”", f"“{programme.label}”")
        yield line, text


def wrong_rate(asked: Asked) -> Iterable[Found]:
    """Each claim is determined afresh; the months that it speaks of, for its payees only."""
    county = _county(asked)
    settle(county)
    with lending("benefits", Places.of([county])), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT (extract(year FROM month) * 12 + extract(month FROM month) - 1)::int FROM payments_claim"
            " WHERE run_id = %s AND determined_fen > 0",
            [asked.run_id],
        )
        months = [month for (month,) in cursor.fetchall()]
        cursor.execute("SELECT DISTINCT payee_id FROM payments_claim WHERE run_id = %s", [asked.run_id])
        people = [payee for (payee,) in cursor.fetchall()]
        fresh_table("gate_amounts")
        determine_into("gate_amounts", months, source=of_people(people), county=county)
    for line, name, purpose, month, claimed, fresh in _rows(
        WRONG_RATE, {"run": asked.run_id, "ours": list(book().programmes)}, county
    ):
        yield (
            line,
            f"{name}{month:%Y年%-m月}的“{_label(purpose)}”核定为{yuan(claimed)},"
            f"按现行事实和标准应为{yuan(fresh)}。请重新编制或核实。",
        )


def double(asked: Asked) -> Iterable[Found]:
    """Two benefits of which one excludes the other: both in this run, or one of them paid before, here or in another county."""
    pairs = [pair for pair in book().pairs if pair.kind != "stack"]
    values: dict[str, Any] = {
        "run": asked.run_id,
        "first": [pair.first for pair in pairs],
        "second": [pair.second for pair in pairs],
        "since": [pair.since for pair in pairs],
    }
    for line, name, one, other in _rows(DOUBLE, values, _county(asked)):
        yield line, f"{name}同时核定了“{_label(one)}”和“{_label(other)}”,按规定只能享受一项。"
    values["first"], values["second"] = values["first"] + values["second"], values["second"] + values["first"]
    values["since"] = values["since"] * 2
    everywhere = Places.of([NATION])
    with lending("registry", everywhere), lending("payments", everywhere), connection.cursor() as cursor:
        sum_up_run(asked.run_id)
        cursor.execute(DOUBLE_BEFORE, values)
        rows = cursor.fetchall()
    for line, name, one, other, month in rows:
        yield (
            line,
            f"{name}{month:%Y年%-m月}已发放或待发“{_label(other)}”,本次又核定“{_label(one)}”,按规定只能享受一项。请先更正或冲回。",
        )


declare(
    Check("benefit_lapsed", "年度确认逾期", lapsed, may_sign_off=True),
    Check("benefit_death", "死亡信息待核实", death_reported, may_sign_off=True),
    Check("benefit_rate", "标准不符", wrong_rate, may_sign_off=False),
    Check("benefit_award", "已暂停或没有认定", suspended, may_sign_off=False),
    Check("benefit_double", "重复享受", double, may_sign_off=False),
)
