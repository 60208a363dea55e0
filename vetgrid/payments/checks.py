"""The gate's own checks: what the registry, the bank and the ledger say of payees and accounts. One question a check."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from vetgrid.core.places import NATION, Level, Places, ancestor, interval
from vetgrid.core.scope import lending
from vetgrid.orgs.names import names_of
from vetgrid.payments import rules
from vetgrid.payments.gate import Asked, Check, Found, declare
from vetgrid.payments.policy import threshold
from vetgrid.payments.summing import sum_up_run

_LINES = "payments_payline l JOIN registry_person p ON p.id = l.payee_id"
_HERE = "l.run_id = %(run)s AND l.outcome = 'open'"
_PAYS = f"{_HERE} AND l.amount_fen > 0"


def _check(
    key: str, label: str, question: str, *, may_sign_off: bool, values: Callable[[Asked], dict[str, Any]] | None = None
) -> Check:
    """A check that is one question: line id and sentence."""

    def find(asked: Asked) -> Iterable[Found]:
        low, high = interval(asked.division)
        known: dict[str, Any] = {
            "run": asked.run_id,
            "low": low,
            "high": high,
            "month": asked.month,
            "before": rules.month_before(asked.month),
            "today": asked.today,
        }
        with connection.cursor() as cursor:
            cursor.execute(question, known | (values(asked) if values else {}))
            yield from cursor.fetchall()

    return Check(key, label, find, may_sign_off)


def _line_maximum(asked: Asked) -> dict[str, Any]:
    fen = threshold("line_maximum", on=asked.today)["fen"]
    return {"fen": fen, "shown": rules.money(fen)}


def _tolerance(asked: Asked) -> dict[str, Any]:
    found = threshold("change_tolerance", on=asked.today)
    return {"fen": found["fen"], "permille": found["permille"]}


_YUAN = "to_char(({}) / 100.0, 'FM999,999,990.00')"

DEAD = f"""
SELECT l.id, '档案登记' || p.name || '已于' || p.died_on || '去世,本次仍有应付款。' FROM {_LINES}
 WHERE {_PAYS} AND p.died_on IS NOT NULL"""
MERGED = f"""
SELECT l.id, p.name || '的档案已并入另一份档案,请按保留的档案发放。' FROM {_LINES} WHERE {_PAYS} AND p.merged_into_id IS NOT NULL"""
ELSEWHERE = f"""
SELECT l.id, CASE WHEN p.left_on IS NOT NULL THEN p.name || '已于' || p.left_on || '迁出本县。' ELSE p.name || '的档案不在发放单位辖区内。' END
  FROM {_LINES} WHERE {_PAYS} AND (p.left_on IS NOT NULL OR p.division NOT BETWEEN %(low)s AND %(high)s)"""
SAME_ID = f"""
SELECT id, name || '与本批次另一收款人证件号相同。' FROM (
  SELECT l.id, p.name, count(*) OVER (PARTITION BY p.id_index) AS n FROM {_LINES} WHERE {_PAYS} AND p.id_index IS NOT NULL) x
 WHERE n > 1"""
DUPLICATE = f"""
SELECT DISTINCT l.id, p.name || '与另一领取待遇的人员疑似重复建档,尚未处理。'
  FROM {_LINES}
  JOIN (SELECT person_id AS one, other_id AS two FROM registry_duplicate WHERE state = 'open'
         UNION ALL SELECT other_id, person_id FROM registry_duplicate WHERE state = 'open') d ON d.one = l.payee_id
 WHERE {_PAYS} AND (
   EXISTS (SELECT 1 FROM payments_payline k WHERE k.run_id = %(run)s AND k.payee_id = d.two AND k.outcome = 'open' AND k.amount_fen > 0)
   OR EXISTS (SELECT 1 FROM payments_posting t WHERE t.payee_id = d.two AND t.kind = 'payment' AND t.month >= %(before)s))"""
SAME_ACCOUNT = f"""
SELECT id, name || '与本批次另一收款人使用同一账户(尾号相同),请核实是否代领。' FROM (
  SELECT l.id, p.name, count(*) OVER (PARTITION BY l.account_index) AS n FROM {_LINES}
   WHERE {_PAYS} AND l.account_index IS NOT NULL) x WHERE n > 1"""
NO_ACCOUNT = f"""
SELECT l.id, p.name || '没有有效的银行账户,请先在档案里登记。' FROM {_LINES} WHERE {_PAYS} AND l.account IS NULL"""
ACCOUNT_NOTICE = f"""
SELECT DISTINCT l.id, p.name || '的账户经银行于' || n.reported_on || '通知' ||
       CASE n.kind WHEN 'closed' THEN '已销户' WHEN 'frozen' THEN '已冻结' ELSE '账号或户名不符' END || '。'
  FROM {_LINES} JOIN payments_accountnotice n ON n.account_index = l.account_index AND n.lifted_on IS NULL WHERE {_PAYS}"""
ACCOUNT_CHANGED = f"""
SELECT l.id, p.name || '的收款账户与上次发放(' || q.number || ')不同,请核对变更证明。'
  FROM {_LINES} JOIN LATERAL (
    SELECT k.account_index, r.number FROM payments_payline k JOIN payments_payrun r ON r.id = k.run_id
     WHERE k.payee_id = l.payee_id AND k.run_id <> l.run_id AND k.outcome IN ('sent', 'paid', 'rejected')
     ORDER BY r.released_on DESC, r.number DESC LIMIT 1) q ON true
 WHERE {_PAYS} AND l.account_index IS NOT NULL AND q.account_index IS NOT NULL AND q.account_index <> l.account_index"""
HOLDER = f"""
SELECT l.id, '户名“' || l.holder || '”不是收款人' || p.name || '。' FROM {_LINES}
 WHERE {_PAYS} AND l.account IS NOT NULL AND l.holder <> '' AND replace(l.holder, ' ', '') <> replace(p.name, ' ', '')"""
CHANGED = f"""
SELECT l.id, p.name || '本月核定' || {_YUAN.format("c.fen")} || '元,上月' || {_YUAN.format("b.fen")} || '元,没有说明变动原因。'
  FROM {_LINES}
  JOIN (SELECT payee_id, purpose, sum(determined_fen) AS fen FROM payments_claim
         WHERE run_id = %(run)s AND month = %(month)s GROUP BY 1, 2 HAVING max(explanation) = '') c ON c.payee_id = l.payee_id
  JOIN (SELECT t.payee_id, t.purpose, sum(CASE WHEN t.debit = 'expense' THEN t.amount_fen ELSE -t.amount_fen END) AS fen
          FROM payments_posting t WHERE t.kind IN ('accrual', 'recovery') AND t.month = %(before)s
           AND t.payee_id IN (SELECT payee_id FROM payments_payline WHERE run_id = %(run)s) GROUP BY 1, 2) b
    ON b.payee_id = c.payee_id AND b.purpose = c.purpose
 WHERE {_HERE} AND b.fen > 0 AND abs(c.fen - b.fen) > greatest(%(fen)s, b.fen * %(permille)s / 1000)"""
NOTHING = f"""
SELECT l.id, CASE WHEN l.balance_fen < 0 THEN p.name || '尚欠' || {_YUAN.format("-l.balance_fen")} || '元,本次不付款,由以后的应发抵扣。'
                  ELSE p.name || '本次应付为零。' END FROM {_LINES} WHERE {_HERE} AND l.amount_fen = 0"""
NEGATIVE = f"""
SELECT DISTINCT l.id, p.name || '的核定金额为负数,请由核定部门更正。'
  FROM {_LINES} JOIN payments_claim c ON c.run_id = l.run_id AND c.payee_id = l.payee_id WHERE {_HERE} AND c.determined_fen < 0"""
ABOVE = f"""
SELECT l.id, p.name || '本次应付' || {_YUAN.format("l.amount_fen")} || '元,超过单笔上限' || %(shown)s || '元。' FROM {_LINES}
 WHERE {_HERE} AND l.amount_fen > %(fen)s"""
TWICE = f"""
SELECT DISTINCT l.id, p.name || '的同一待遇同一月份在本批次核定了两次。' FROM {_LINES}
  JOIN (SELECT payee_id FROM payments_claim WHERE run_id = %(run)s GROUP BY payee_id, purpose, month HAVING count(*) > 1) c
    ON c.payee_id = l.payee_id WHERE {_HERE}
 UNION
SELECT l.id, p.name || '同时在未放行的批次' || r.number || '里待发放。' FROM {_LINES}
  JOIN payments_payline k ON k.payee_id = l.payee_id AND k.run_id <> l.run_id AND k.outcome = 'open' AND k.amount_fen > 0
  JOIN payments_payrun r ON r.id = k.run_id AND r.state IN ('draft', 'gated', 'reviewed', 'approved') WHERE {_PAYS}"""

# New money for a month that another file of the same person (the same number, whatever county keeps it) was paid for the same benefit,
# or is about to be by a run that is not released yet. Files merged into the payee's are his own: the ledger counts them.
ELSEWHERE_PAID = f"""
SELECT l.id, p.name, q.division, min(c.month), count(DISTINCT c.month) FROM {_LINES}
  JOIN payments_claim c ON c.run_id = l.run_id AND c.payee_id = l.payee_id AND c.due_fen > 0
  JOIN registry_person q ON q.id_index = p.id_index AND q.id <> p.id
 WHERE {_PAYS} AND p.id_index IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM pay_family f WHERE f.member = q.id AND f.payee = p.id)
   AND (coalesce((SELECT sum(CASE WHEN t.debit = 'expense' THEN t.amount_fen ELSE -t.amount_fen END) FROM payments_posting t
                   WHERE t.payee_id = q.id AND t.purpose = c.purpose AND t.month = c.month AND t.kind IN ('accrual', 'recovery')), 0) > 0
        OR EXISTS (SELECT 1 FROM payments_claim o JOIN payments_payrun r ON r.id = o.run_id
                     JOIN payments_payline k ON k.run_id = o.run_id AND k.payee_id = o.payee_id AND k.outcome = 'open'
                    WHERE o.payee_id = q.id AND o.run_id <> c.run_id AND o.purpose = c.purpose AND o.month = c.month
                      AND o.determined_fen > 0 AND r.state IN ('draft', 'gated', 'reviewed', 'approved')))
 GROUP BY l.id, p.name, q.division"""


def paid_elsewhere(asked: Asked) -> Iterable[Found]:
    """Asks the whole country's files: the answer names the county alone, never another file."""
    everywhere = Places.of([NATION])
    with lending("registry", everywhere), lending("payments", everywhere), connection.cursor() as cursor:
        sum_up_run(asked.run_id)
        cursor.execute(ELSEWHERE_PAID, {"run": asked.run_id})
        rows = cursor.fetchall()
    names = names_of({ancestor(division, Level.COUNTY) for _, _, division, _, _ in rows})
    for line, name, division, first, months in rows:
        more = f"等{months}个月" if months > 1 else ""
        place = names[ancestor(division, Level.COUNTY)]
        yield (
            line,
            f"{name}{first:%Y年%-m月}{more}的同一待遇已由{place}按同一证件号的另一份档案发放或待发。请与该地核对,或合并档案。",
        )


OWN = (
    _check("dead", "收款人已去世", DEAD, may_sign_off=True),
    _check("merged", "档案已合并", MERGED, may_sign_off=False),
    _check("elsewhere", "不在本县", ELSEWHERE, may_sign_off=True),
    _check("same_id", "证件号重复", SAME_ID, may_sign_off=False),
    _check("duplicate", "疑似重复建档", DUPLICATE, may_sign_off=True),
    _check("same_account", "同一账户", SAME_ACCOUNT, may_sign_off=True),
    _check("no_account", "没有账户", NO_ACCOUNT, may_sign_off=False),
    _check("account_notice", "账户已销户或冻结", ACCOUNT_NOTICE, may_sign_off=False),
    _check("account_changed", "账户有变更", ACCOUNT_CHANGED, may_sign_off=True),
    _check("holder", "户名不符", HOLDER, may_sign_off=True),
    _check("changed", "金额变动未说明", CHANGED, may_sign_off=True, values=_tolerance),
    _check("nothing", "零或欠款", NOTHING, may_sign_off=True),
    _check("negative", "核定为负数", NEGATIVE, may_sign_off=False),
    _check("above", "超过单笔上限", ABOVE, may_sign_off=True, values=_line_maximum),
    _check("twice", "重复发放", TWICE, may_sign_off=False),
    Check("paid_elsewhere", "另一份档案已发放", paid_elsewhere, may_sign_off=False),
)
declare(*OWN)
