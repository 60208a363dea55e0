"""Plain builders for tests of payments: who does which act, payees with accounts, claims, and a run pushed along its way."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from tests import builders as make
from vetgrid.core.clock import now
from vetgrid.core.crypto import blind
from vetgrid.core.scope import acting
from vetgrid.payments import actions, rules, tasks
from vetgrid.payments.actions import Claimed
from vetgrid.payments.models import PayLine, PayRun
from vetgrid.registry.models import BankAccount, Person

MONTH = date(2023, 12, 1)
TODAY = make.TODAY
PURPOSES = {"disability": "残疾抚恤金", "rural_60": "60周岁以上农村籍老兵生活补助", "five_old_care": "五老人员补助"}


class Office:
    """The people of the bureau who pay: maker, checker, approver, leader, cashier."""

    def __init__(self) -> None:
        self.found = make.staffed_county()
        self.maker = make.actor("city_clerk", make.COUNTY, "编制人", staff=self.found["city_officer"])
        self.checker = make.actor("section_chief", make.COUNTY, "复核人", staff=self.found["chief"])
        self.approver = make.actor("section_chief", make.COUNTY, "审批人")
        self.leader = make.actor("bureau_leader", make.COUNTY, "局领导", staff=self.found["leader"])
        self.cashier = make.actor("finance_officer", make.COUNTY, "出纳")

    def act(self, who: Any, what: Any, **values: Any) -> Any:
        """One act in the actor's own scope."""
        with acting(who):
            return what(by=who, today=values.pop("today", TODAY), **values)


def payee(
    name: str, *, division: int = make.VILLAGE_A1, account: str = "", holder: str | None = None, **values: Any
) -> Person:
    """A person, with a bank account when one is given."""
    found = make.person(division, name, **values)
    if account:
        give_account(found, account, holder=holder)
    return found


def give_account(who: Person, account: str, *, holder: str | None = None) -> BankAccount:
    """The person's account from now on; the one before is known no longer."""
    with acting(make.system()):
        BankAccount.objects.filter(person=who, known_until=None).update(known_until=now())
        return BankAccount.objects.create(
            person=who,
            division=who.division,
            bank="石狮农商银行",
            account=account,
            account_index=blind(account, "bank_account"),
            holder=who.name if holder is None else holder,
            source="archive",
            known_since=now(),
            recorded_by=make.system().id,
        )


def payees(count: int, *, division: int = make.VILLAGE_A1) -> list[Person]:
    return [
        payee(
            "王" + "一二三四五六七八九十"[at % 10] + "甲乙丙丁戊己庚辛"[at // 10 % 8],
            division=division,
            account=f"62220012{at:08d}",
            id_number=make.id_number(f"3505811950{at % 12 + 1:02d}{at % 28 + 1:02d}{at:03d}"),
        )
        for at in range(count)
    ]


def claim(
    who: Person | UUID, fen: int, *, month: date = MONTH, purpose: str = "disability", explanation: str = ""
) -> Claimed:
    person_id = who if isinstance(who, UUID) else who.id
    return Claimed(person_id, purpose, PURPOSES.get(purpose, purpose), month, fen, None, explanation)


def draft(office: Office, claims: Iterable[Claimed], *, month: date = MONTH, **values: Any) -> PayRun:
    found = office.act(
        office.maker,
        actions.draft_run,
        claims=list(claims),
        division=make.COUNTY,
        month=month,
        label="优抚待遇",
        **values,
    )
    assert isinstance(found, PayRun)
    return found


def gate(office: Office, run: PayRun, **values: Any) -> PayRun:
    found = office.act(office.maker, actions.run_gate, run_id=run.id, **values)
    assert isinstance(found, PayRun)
    return found


def approve(office: Office, run: PayRun, **values: Any) -> PayRun:
    """Reviewed by the checker and approved by the leader."""
    office.act(office.checker, actions.review, run_id=run.id, **values)
    found = office.act(office.leader, actions.approve, run_id=run.id, **values)
    assert isinstance(found, PayRun)
    return found


def release(office: Office, run: PayRun, **values: Any) -> PayRun:
    """The whole way from the draft to the bank; findings that may be signed off are signed off."""
    gate(office, run, **values)
    with acting(office.checker):
        waiting = list(run.findings.filter(signed_at=None, cleared_at=None, held_at=None).values_list("id", flat=True))
    for finding in waiting:
        office.act(office.checker, actions.sign_off, finding_id=finding, reason="已核实", **values)
    approve(office, run, **values)
    found = office.act(office.cashier, actions.release, run_id=run.id, **values)
    assert isinstance(found, PayRun)
    return found


def returned(lines: Iterable[tuple[PayLine, str]], run: PayRun, *, code_of_all: str = "") -> bytes:
    """A file from the bank in the CSV format, control totals included."""
    rows = ["明细号,账号,户名,金额,代码,说明"]
    count = total = 0
    for line, code in lines:
        reference = rules.reference(run.number, line.number)
        rows.append(f"{reference},,,{rules.yuan(line.amount_fen)},{code_of_all or code},")
        count, total = count + 1, total + line.amount_fen
    rows.append(f"合计,{count},{rules.yuan(total)},,,")
    return "\r\n".join(rows).encode("gb18030")


def take_return(office: Office, run: PayRun, body: bytes, **values: Any) -> Any:
    return office.act(
        office.cashier,
        actions.take_return,
        run_id=run.id,
        body=body,
        name="回盘.csv",
        format_key="return_csv_gb18030",
        **values,
    )


def settle(office: Office, run: PayRun, rejected: Iterable[Person] = (), **values: Any) -> None:
    """The bank answers for every line: rejected for these payees, paid for all others."""
    back = {one.id for one in rejected}
    with acting(office.cashier):
        lines = [
            (line, "E099" if line.payee_id in back else "0000")
            for line in PayLine.objects.filter(run=run, outcome="sent")
        ]
    if lines:
        take_return(office, run, returned(lines, run), **values)


def worked(answer: Any) -> str:
    """Does the job that a page handed to the background, as the worker would; returns the address that its page leads to."""
    at = str(answer["Location"])
    assert at.startswith("/payments/jobs/"), at
    tasks.do_job(at.removeprefix("/payments/jobs/"))
    return at
