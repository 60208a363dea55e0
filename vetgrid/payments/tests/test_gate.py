"""The gate: a run seeded with one fault of every kind finds each of them, and a clean run finds nothing."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.db import transaction
from psycopg.errors import CheckViolation

from tests import builders as make
from vetgrid.core.bulk import insert
from vetgrid.core.crypto import blind
from vetgrid.core.errors import Conflict, NotAllowed
from vetgrid.core.scope import acting
from vetgrid.orgs.models import Division
from vetgrid.payments import actions, checks, gate
from vetgrid.payments.models import Finding, PayLine
from vetgrid.payments.tests import paying
from vetgrid.payments.tests.paying import MONTH, claim
from vetgrid.registry.models import BankAccount, Duplicate, Person

pytestmark = pytest.mark.django_db
BEFORE = date(2023, 11, 1)
OTHER_ID = make.id_number("35058119480202003")
SAME_ID = make.id_number("35058119480101007")


@pytest.fixture
def office():
    return paying.Office()


def paid_before(office, claims, month=BEFORE):
    paying.settle(office, paying.release(office, paying.draft(office, claims, month=month)))


def found_in(run):
    with acting(make.system()):
        rows = Finding.objects.filter(run=run, cleared_at=None).select_related("line__payee")
        return {(row.line.payee.name, row.check_key) for row in rows}


def account(at):
    return f"6222009{at:09d}"


def test_a_clean_run_of_two_months_finds_nothing(office):
    people = paying.payees(40)
    paid_before(office, [claim(one, 500_00, month=BEFORE) for one in people])
    run = paying.gate(office, paying.draft(office, [claim(one, 510_00) for one in people]))
    assert found_in(run) == set()
    assert paying.approve(office, run).state == "approved"


def faults(office):
    """One payee for each fault, twenty-five in all, among thirty clean ones; returns the claims and what must be found."""
    clean = paying.payees(30)
    wrong: dict[str, Person] = {}
    for at, name in enumerate(
        ("赵", "钱", "孙", "李", "周", "吴", "郑", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨", "朱", "秦", "尤")
    ):
        wrong[name] = paying.payee(f"{name}某", account=account(at))
    wrong["许"] = paying.payee("许某")
    wrong["何"] = paying.payee("何某", account=account(50), id_number=SAME_ID)
    wrong["吕"] = paying.payee("吕某", account=account(51), id_number=SAME_ID)
    wrong["魏"] = paying.payee("魏某", account=account(60), id_number=OTHER_ID)
    paid_before(office, [claim(paying.payee("魏旧档", account=account(61), id_number=OTHER_ID), 500_00)], month=MONTH)
    before = [
        claim(one, 500_00, month=BEFORE)
        for one in [*clean, *wrong.values()]
        if one.name not in ("许某", "何某", "吕某", "尤某", "魏某")
    ]
    paid_before(office, before)
    with acting(make.system()):
        people = Person.objects
        people.filter(pk=wrong["赵"].pk).update(died_on="2023-12-03")
        people.filter(pk=wrong["钱"].pk).update(merged_into=clean[0])
        people.filter(pk=wrong["孙"].pk).update(left_on=date(2023, 12, 5))
        Duplicate.objects.create(
            person=wrong["李"],
            other=wrong["周"],
            division=wrong["李"].division,
            other_division=wrong["周"].division,
            reason="same_name_and_birth",
            found_at=make.now(),
        )
    for name, number in (("吴", 70), ("郑", 70), ("冯", 71)):
        paying.give_account(wrong[name], account(number))
    paying.give_account(wrong["尤"], account(90), holder="尤某妻")
    office.act(office.cashier, actions.report_account, person_id=wrong["陈"].id, kind="closed", source="函")
    office.act(office.cashier, actions.report_account, person_id=wrong["褚"].id, kind="frozen", source="函")
    amounts = {"卫": 900_00, "蒋": 0, "沈": -5_00, "韩": 100_000_01, "杨": 100_00}
    claims = [claim(one, 510_00) for one in clean]
    claims += [claim(one, amounts.get(name, 510_00)) for name, one in wrong.items()]
    claims.append(claim(wrong["朱"], 510_00))
    expected = {
        ("赵某", "dead"), ("钱某", "merged"), ("孙某", "elsewhere"), ("何某", "same_id"), ("吕某", "same_id"),
        ("李某", "duplicate"), ("周某", "duplicate"), ("吴某", "same_account"), ("郑某", "same_account"),
        ("吴某", "account_changed"), ("郑某", "account_changed"), ("冯某", "account_changed"), ("许某", "no_account"),
        ("陈某", "account_notice"), ("褚某", "account_notice"), ("尤某", "holder"), ("卫某", "changed"),
        ("蒋某", "nothing"), ("蒋某", "changed"), ("沈某", "negative"), ("沈某", "nothing"), ("沈某", "changed"),
        ("韩某", "above"), ("韩某", "changed"), ("杨某", "changed"), ("朱某", "twice"), ("朱某", "changed"),
        ("魏某", "paid_elsewhere"),
    }  # fmt: skip
    # 蒋 and 沈 were paid 500 for November only; nothing of December is owed to them.
    return claims, expected, wrong


def test_every_fault_of_every_own_check_is_caught_and_no_clean_payee_is_stopped(office):
    claims, expected, _ = faults(office)
    run = paying.gate(office, paying.draft(office, claims))
    assert found_in(run) == expected
    assert {key for _, key in expected} == {check.key for check in checks.OWN}
    with pytest.raises(Conflict, match=f"还有{len(expected)}条核查发现没有处理"):
        office.act(office.checker, actions.review, run_id=run.id)


def test_each_finding_is_mended_signed_off_or_its_line_held_back_before_money_leaves(office):
    claims, _, wrong = faults(office)
    run = paying.gate(office, paying.draft(office, claims))
    paying.give_account(wrong["许"], account(99))
    run = paying.gate(office, run)
    assert ("许某", "no_account") not in found_in(run)
    with acting(make.system()):
        findings = list(Finding.objects.filter(run=run, cleared_at=None).order_by("line__number"))
        lines = {line.id: line for line in PayLine.objects.filter(run=run)}
    held = {finding.line_id for finding in findings if not gate.may_sign_off(finding.check_key)}
    for line_id in sorted(held, key=str):
        office.act(office.maker, actions.hold_back, line_id=line_id, reason="待核实")
    for finding in findings:
        if finding.line_id not in held:
            office.act(office.checker, actions.sign_off, finding_id=finding.id, reason="已与村里核实")
    paying.approve(office, run)
    run = office.act(office.cashier, actions.release, run_id=run.id)
    assert run.total_fen == sum(line.amount_fen for line in lines.values() if line.id not in held)
    with acting(make.system()):
        assert PayLine.objects.filter(run=run, outcome="held").count() == len(held)
        assert not run.postings.filter(line_id__in=held).exists()


def test_the_maker_cannot_sign_off_and_some_findings_nobody_can(office):
    one = paying.payee("许某")
    dead = paying.payee("赵某", account=account(1), died_on="2023-12-03")
    run = paying.gate(office, paying.draft(office, [claim(one, 100_00), claim(dead, 100_00)]))
    with acting(make.system()):
        found = {row.check_key: row.id for row in Finding.objects.filter(run=run)}
    maker = make.Actor(office.maker.id, "编制人", (*office.maker.held, *office.checker.held))
    with pytest.raises(NotAllowed, match="编制"):
        office.act(maker, actions.sign_off, finding_id=found["dead"], reason="x")
    with pytest.raises(NotAllowed, match="不能签署放行"):
        office.act(office.checker, actions.sign_off, finding_id=found["no_account"], reason="x")
    with pytest.raises(NotAllowed):
        office.act(office.cashier, actions.sign_off, finding_id=found["dead"], reason="x")


def test_a_sign_off_holds_while_its_sentence_stays_the_same(office):
    dead = paying.payee("赵某", account=account(1), died_on="2023-12-03")
    run = paying.gate(office, paying.draft(office, [claim(dead, 100_00)]))
    with acting(make.system()):
        finding = Finding.objects.get(run=run)
    office.act(office.checker, actions.sign_off, finding_id=finding.id, reason="付遗属")
    run = paying.gate(office, run)
    with acting(make.system()):
        assert not Finding.objects.filter(run=run, signed_at=None).exists()
        Person.objects.filter(pk=dead.pk).update(died_on="2023-11-30")
    paying.gate(office, run)
    with acting(make.system()):
        assert Finding.objects.filter(run=run, signed_at=None, cleared_at=None).count() == 1


def test_a_run_that_was_sent_back_must_pass_the_gate_again(office):
    run = paying.gate(office, paying.draft(office, [claim(paying.payees(1)[0], 100_00)]))
    office.act(office.checker, actions.review, run_id=run.id)
    office.act(make.actor("section_chief", make.COUNTY, "另一人"), actions.send_back, run_id=run.id, reason="再核")
    with pytest.raises(Conflict, match="现在的状态是“草稿”"):
        office.act(office.checker, actions.review, run_id=run.id)


def test_an_explained_change_and_a_small_one_are_no_finding(office):
    people = paying.payees(2)
    paid_before(office, [claim(one, 500_00, month=BEFORE) for one in people])
    run = paying.draft(office, [claim(people[0], 800_00, explanation="rate"), claim(people[1], 590_00)])
    assert found_in(paying.gate(office, run)) == set()


def test_a_check_of_a_domain_above_goes_through_the_same_gate(office, monkeypatch):
    run = paying.draft(office, [claim(one, 100_00) for one in paying.payees(2)])

    def find(asked):
        with acting(make.system()):
            return [(PayLine.objects.get(run_id=asked.run_id, number=1).id, "年度确认已过期。")]

    monkeypatch.setitem(gate._declared, "lapsed", gate.Check("lapsed", "年度确认过期", find, may_sign_off=True))
    run = paying.gate(office, run)
    assert {key for _, key in found_in(run)} == {"lapsed"}


ELSEWHERE = 350582000000
"""Another county, with its own clerks; ours cannot see its files."""


def other_county(office):
    """A second county with a station, and the clerk who drafts there."""
    with acting(make.system()):
        Division.objects.create(
            code=ELSEWHERE, name="晋江市", level=6, parent_id=make.COUNTY // 10**8 * 10**8, opened_on=date(2018, 12, 28)
        )
    make.station(ELSEWHERE, kind="city")
    make.staff(ELSEWHERE, "许文彬")
    return make.actor("city_clerk", ELSEWHERE, "晋江编制人")


def test_a_month_paid_by_another_county_under_the_same_number_is_stopped(office):
    clerk = other_county(office)
    here = paying.payee("魏某", account=account(1), id_number=OTHER_ID)
    there = paying.payee("魏某", division=ELSEWHERE, account=account(2), id_number=OTHER_ID)
    asked = {"division": ELSEWHERE, "month": MONTH, "label": "优抚待遇"}
    waiting = office.act(clerk, actions.draft_run, claims=[claim(there, 500_00)], **asked)
    run = paying.gate(office, paying.draft(office, [claim(here, 510_00)]))
    assert found_in(run) == {("魏某", "paid_elsewhere")}
    with acting(make.system()):
        sentence = Finding.objects.get(run=run).sentence
    assert sentence.startswith("魏某2023年12月的同一待遇已由晋江市")
    office.act(clerk, actions.cancel, run_id=waiting.id, reason="重复")
    assert found_in(paying.gate(office, run)) == set()


def test_another_month_or_another_benefit_of_the_other_file_stops_nothing(office):
    clerk = other_county(office)
    here = paying.payee("魏某", account=account(1), id_number=OTHER_ID)
    there = paying.payee("魏某", division=ELSEWHERE, account=account(2), id_number=OTHER_ID)
    claims = [claim(there, 500_00, month=BEFORE), claim(there, 300_00, purpose="rural_60")]
    office.act(clerk, actions.draft_run, claims=claims, division=ELSEWHERE, month=MONTH, label="优抚待遇")
    assert found_in(paying.gate(office, paying.draft(office, [claim(here, 510_00)]))) == set()


def test_two_imported_accounts_that_are_one_are_noticed(office):
    """An import writes accounts in bulk: the blind index must come along, or the check compares nothing."""
    people = [paying.payee(f"同户{at}") for at in "甲乙"]
    with acting(make.system()):
        for one in people:
            common = {"person": one, "division": one.division, "source": "import", "known_since": make.now()}
            BankAccount.objects.create(bank="农商", account="6222000012340000", recorded_by=make.system().id, **common)
    run = paying.gate(office, paying.draft(office, [claim(one, 100_00) for one in people]))
    assert {key for _, key in found_in(run)} == {"same_account"}


def test_the_database_takes_no_account_without_its_index(office):
    one = paying.payee("许某")
    row = BankAccount(person=one, division=one.division, bank="农商", account="6222", source="import")
    row.known_since, row.recorded_by = make.now(), make.system().id
    with acting(make.system()), pytest.raises(CheckViolation, match="bank_account_indexed"), transaction.atomic():
        insert([row])


def test_accounts_from_before_get_their_index_and_so_do_frozen_lines(office):
    people = [paying.payee(f"旧户{at}", account=account(at)) for at in range(3)]
    run = paying.draft(office, [claim(one, 100_00) for one in people])
    with acting(make.system()):
        PayLine.objects.filter(run=run).update(account_index=None)
        import_module("vetgrid.payments.migrations.0002_account_indexes").fill(apps, None)
        indexes = dict(PayLine.objects.filter(run=run).values_list("payee_id", "account_index"))
    assert {key: bytes(value) for key, value in indexes.items()} == {
        one.id: blind(account(at), "bank_account") for at, one in enumerate(people)
    }
