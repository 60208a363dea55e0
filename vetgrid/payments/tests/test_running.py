"""A run on its whole way: who may do what, what is frozen, what is posted, what the bank sends back."""

import hashlib
from datetime import date

import pytest

from tests import builders as make
from vetgrid.core.errors import Conflict, NotAllowed
from vetgrid.core.scope import acting
from vetgrid.files.store import content
from vetgrid.payments import actions, queries
from vetgrid.payments.models import AccountNotice, PayFile, PayLine, PayRun, Posting, ReturnRow
from vetgrid.payments.queries.running import moves_for
from vetgrid.payments.tests import paying
from vetgrid.payments.tests.paying import claim
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return paying.Office()


def sums(**values):
    with acting(make.system()):
        return sum(Posting.objects.filter(**values).values_list("amount_fen", flat=True))


def wrong():
    with acting(make.system()):
        return queries.wrong_in_the_books(seen_by=make.system())


def line_of(run, who):
    with acting(make.system()):
        return PayLine.objects.get(run=run, payee=who)


def test_a_run_goes_from_draft_to_closed_and_the_books_balance(office):
    people = paying.payees(3)
    run = paying.draft(office, [claim(one, 100_00 + at) for at, one in enumerate(people)])
    assert (run.state, run.claims, run.payees, run.total_fen) == ("draft", 3, 3, 300_03)
    assert sums() == 0, "nothing is posted before the release"
    run = paying.release(office, run)
    assert run.state == "released"
    assert sums(kind="accrual") == sums(kind="payment") == sums(kind="funding") == 300_03
    paying.settle(office, run)
    run = office.act(office.cashier, actions.close, run_id=run.id)
    assert run.state == "closed"
    assert wrong() == []
    with acting(make.system()):
        assert not WorkItem.objects.filter(subject_id=run.id, closed_on=None).exists()
        balance = {one.code: one.balance_fen for one in queries.trial_balance(seen_by=make.system())}
    assert balance["2201"] == balance["1002"] == 0
    assert balance["5001"] == balance["4001"] + balance["4002"] + balance["4003"] == 300_03


def test_an_open_run_has_an_owner_and_a_next_date(office):
    run = paying.draft(office, [claim(paying.payees(1)[0], 100_00)])
    with acting(office.maker):
        item = WorkItem.objects.get(subject_id=run.id)
    assert item.owner_id == office.maker.staff_id
    assert item.next_on > paying.TODAY
    paying.gate(office, run)
    with acting(office.maker):
        assert WorkItem.objects.get(subject_id=run.id).next_step == "处理核查发现并复核"


def test_what_is_due_is_what_was_determined_less_what_was_posted(office):
    (one,) = paying.payees(1)
    paying.settle(office, paying.release(office, paying.draft(office, [claim(one, 500_00, month=date(2023, 11, 1))])))
    later = [claim(one, 560_00, month=date(2023, 11, 1)), claim(one, 560_00, explanation="rate")]
    run = paying.draft(office, later)
    assert run.total_fen == 620_00, "60 of arrears and 560 of the month"
    paying.settle(office, paying.release(office, run))
    again = [claim(one, 0, month=date(2023, 11, 1), explanation="stop"), claim(one, 560_00)]
    run = paying.release(office, paying.draft(office, again))
    assert (run.payees, run.total_fen) == (0, 0)
    assert run.state == "settled", "a run that sends nothing to the bank waits for nothing"
    with acting(make.system()):
        ledger = queries.ledger_of(one.id, seen_by=make.system())
    assert (ledger.accrued_fen, ledger.paid_fen, ledger.balance_fen) == (560_00, 1120_00, -560_00)
    run = paying.draft(office, [claim(one, 600_00, month=date(2024, 1, 1))], month=date(2024, 1, 1))
    assert run.total_fen == 40_00, "the debt is taken from the next month"
    paying.settle(office, paying.release(office, run))
    assert wrong() == []


def test_nobody_does_two_acts_that_exclude_each_other_on_one_run(office):
    boss = make.actor("section_chief", make.COUNTY, "多面手")
    both = make.Actor(boss.id, boss.name, (*boss.held, *office.maker.held, *office.cashier.held, *office.leader.held))
    (one,) = paying.payees(1)
    run = office.act(
        both, actions.draft_run, claims=[claim(one, 100_00)], division=make.COUNTY, month=paying.MONTH, label="一人包办"
    )
    office.act(both, actions.run_gate, run_id=run.id)
    with pytest.raises(NotAllowed, match="您已经办理过这个批次的“编制”,不能再办理“复核”"):
        office.act(both, actions.review, run_id=run.id)
    office.act(office.checker, actions.review, run_id=run.id)
    with pytest.raises(NotAllowed, match="“编制”"):
        office.act(both, actions.approve, run_id=run.id)
    with pytest.raises(NotAllowed, match="“复核”"):
        office.act(office.checker, actions.approve, run_id=run.id)
    office.act(office.approver, actions.approve, run_id=run.id)
    with pytest.raises(NotAllowed, match="“编制”"):
        office.act(both, actions.release, run_id=run.id)
    with acting(office.checker):
        assert [move.key for move in moves_for(PayRun.objects.get(pk=run.id), seen_by=office.checker)] == ["send_back"]
    assert office.act(office.cashier, actions.release, run_id=run.id).state == "released"


def test_a_large_run_asks_for_a_higher_approver(office):
    (one,) = paying.payees(1)
    run = paying.draft(office, [claim(one, 5_000_000_01)])
    paying.gate(office, run)
    with acting(make.system()):
        finding = run.findings.get()
    office.act(office.checker, actions.sign_off, finding_id=finding.id, reason="一次性抚恤金,已核")
    office.act(office.checker, actions.review, run_id=run.id)
    with pytest.raises(NotAllowed, match=r"5,000,000\.01元,超过5,000,000\.00元的审批限额"):
        office.act(office.approver, actions.approve, run_id=run.id)
    assert office.act(office.leader, actions.approve, run_id=run.id).state == "approved"


@pytest.mark.parametrize("step", ["review", "approve", "release"])
def test_a_run_whose_account_changed_after_the_gate_is_refused(office, step):
    (one,) = paying.payees(1)
    run = paying.draft(office, [claim(one, 100_00)])
    paying.gate(office, run)
    acts = {"review": office.checker, "approve": office.leader, "release": office.cashier}
    for name, who in acts.items():
        if name == step:
            paying.give_account(one, "6222009999999999")
            with pytest.raises(Conflict, match="有变动") as caught:
                office.act(who, getattr(actions, name), run_id=run.id)
            assert caught.value.code == "changed"
            assert sums() == 0
            return
        office.act(who, getattr(actions, name), run_id=run.id)


def test_a_run_whose_line_was_changed_in_the_database_is_refused(office, as_owner):
    (one,) = paying.payees(1)
    run = paying.draft(office, [claim(one, 100_00)])
    paying.gate(office, run)
    with acting(make.system()):
        PayLine.objects.filter(run=run).update(holder="别人")
    with pytest.raises(Conflict, match="有变动"):
        office.act(office.checker, actions.review, run_id=run.id)


def test_a_draft_asked_for_twice_under_one_name_is_one_run(office):
    (one,) = paying.payees(1)
    first, again = (paying.draft(office, [claim(one, 100_00)], ref="determination-7") for _ in range(2))
    assert first.id == again.id
    office.act(office.maker, actions.cancel, run_id=first.id, reason="重新核定")
    assert paying.draft(office, [claim(one, 110_00)], ref="determination-7").id != first.id


def test_two_runs_over_the_same_claims_pay_once(office):
    (one,) = paying.payees(1)
    first, second = (paying.draft(office, [claim(one, 100_00)]) for _ in range(2))
    paying.gate(office, first)
    with acting(make.system()):
        assert {row.check_key for row in first.findings.all()} == {"twice"}
    office.act(office.maker, actions.cancel, run_id=second.id, reason="重复")
    paying.release(office, first)
    third = paying.draft(office, [claim(one, 120_00)])
    assert third.total_fen == 20_00


def test_the_same_release_twice_pays_once_and_gives_the_same_file(office):
    people = paying.payees(4)
    run = paying.release(office, paying.draft(office, [claim(one, 100_00) for one in people]))
    with pytest.raises(Conflict, match="现在的状态是“已放行”"):
        office.act(office.cashier, actions.release, run_id=run.id)
    assert sums(kind="payment") == 400_00
    again = office.act(office.cashier, actions.write_again, run_id=run.id, format_key="fixed_gb18030")
    with acting(office.cashier):
        assert PayFile.objects.count() == 1
        _, body = content(again.file)
    assert hashlib.sha256(body).hexdigest() == again.digest
    assert (again.lines, again.total_fen) == (4, 400_00)


def test_a_return_settles_the_paid_takes_back_the_rejected_and_lists_the_unmatched(office):
    people = paying.payees(4)
    run = paying.release(office, paying.draft(office, [claim(one, 100_00) for one in people]))
    lines = [line_of(run, one) for one in people]
    body = paying.returned([(lines[0], "0000"), (lines[1], "E001")], run).decode("gb18030").split("\r\n")
    body[3:] = [
        "202312-009-000001,,,100.00,0000,",
        f"{run.number}-000003,,,99.00,0000,",
        f"{run.number}-000004,,,100.00,X,",
        "合计,5,499.00,,,",
    ]
    file = paying.take_return(office, run, "\r\n".join(body).encode("gb18030"))
    assert (file.lines, file.unmatched, file.problem) == (5, 3, "")
    with acting(make.system()):
        problems = list(
            ReturnRow.objects.filter(outcome="unmatched").order_by("row_no").values_list("problem", flat=True)
        )
        run = PayRun.objects.get(pk=run.id)
    assert "没有明细号" in problems[0] and "不符" in problems[1] and "没有登记过的回盘代码" in problems[2]
    assert [line_of(run, one).outcome for one in people] == ["paid", "rejected", "sent", "sent"]
    assert run.state == "returned"
    assert sums(kind="reversal") == 100_00
    with acting(make.system()):
        assert AccountNotice.objects.get().payee_id == people[1].id
        item = WorkItem.objects.get(kind="pay_reject")
    assert item.owner_id == office.maker.staff_id
    again = paying.take_return(office, run, "\r\n".join(body).encode("gb18030"))
    assert again.id == file.id
    assert sums(kind="reversal") == 100_00
    assert wrong() == []


def test_a_file_whose_control_totals_are_wrong_says_so(office):
    people = paying.payees(2)
    run = paying.release(office, paying.draft(office, [claim(one, 100_00) for one in people]))
    body = paying.returned([(line_of(run, one), "0000") for one in people], run).replace(
        "合计,2,200.00".encode("gb18030"), "合计,3,300.00".encode("gb18030")
    )
    assert "合计行写明3笔300.00元,实际2笔200.00元" in paying.take_return(office, run, body).problem


def test_rejected_money_is_paid_by_a_reissue_and_only_then_the_run_closes(office):
    people = paying.payees(3)
    run = paying.release(office, paying.draft(office, [claim(one, 100_00) for one in people]))
    paying.settle(office, run, rejected=people[:1])
    with pytest.raises(Conflict, match="还有1人的退回款没有重新发放"):
        office.act(office.cashier, actions.close, run_id=run.id)
    paying.give_account(people[0], "6222008888888888")
    again = office.act(office.maker, actions.draft_reissue, division=make.COUNTY, month=paying.MONTH, label="重发")
    assert (again.claims, again.payees, again.total_fen) == (0, 1, 100_00)
    with pytest.raises(Exception, match="没有需要发放的款项"):
        office.act(office.maker, actions.draft_reissue, division=make.COUNTY, month=paying.MONTH, label="再重发")
    paying.settle(office, paying.release(office, again))
    assert office.act(office.cashier, actions.close, run_id=run.id).state == "closed"
    with acting(make.system()):
        assert not WorkItem.objects.filter(kind="pay_reject", closed_on=None).exists()
        assert {queries.ledger_of(one.id, seen_by=make.system()).balance_fen for one in people} == {0}
    assert wrong() == []


def test_a_payment_that_the_bank_sends_back_late_is_owed_again(office):
    (one,) = paying.payees(1)
    run = paying.release(office, paying.draft(office, [claim(one, 100_00)]))
    paying.settle(office, run)
    paying.take_return(office, run, paying.returned([(line_of(run, one), "E099")], run))
    assert line_of(run, one).outcome == "rejected"
    with acting(make.system()):
        assert queries.ledger_of(one.id, seen_by=make.system()).balance_fen == 100_00
        assert PayRun.objects.get(pk=run.id).state == "settled"
    assert wrong() == []


def test_a_line_held_back_gets_nothing_now_and_comes_again(office):
    people = paying.payees(2)
    run = paying.draft(office, [claim(one, 100_00) for one in people])
    paying.gate(office, run)
    office.act(office.maker, actions.hold_back, line_id=line_of(run, people[0]).id, reason="等待核实")
    run = paying.release(office, run)
    assert (run.payees, run.total_fen) == (1, 100_00)
    again = paying.draft(office, [claim(one, 100_00) for one in people])
    assert (again.payees, again.total_fen) == (1, 100_00)
    assert wrong() == []


def test_a_cancelled_run_leaves_nothing_behind(office):
    run = paying.draft(office, [claim(paying.payees(1)[0], 100_00)])
    office.act(office.maker, actions.cancel, run_id=run.id, reason="重新核定")
    assert sums() == 0
    with acting(make.system()):
        assert not WorkItem.objects.filter(closed_on=None).exists()
    with pytest.raises(Conflict, match="现在的状态是“已作废”"):
        paying.gate(office, run)


def test_what_was_posted_for_an_absorbed_file_counts_for_the_kept_one(office):
    kept, absorbed = paying.payees(2)
    paying.settle(office, paying.release(office, paying.draft(office, [claim(absorbed, 100_00)])))
    with acting(make.system()):
        type(absorbed).objects.filter(pk=absorbed.pk).update(merged_into=kept)
    with pytest.raises(Exception, match="没有需要发放的款项"):
        paying.draft(office, [claim(kept, 100_00)])
    assert paying.draft(office, [claim(kept, 130_00)]).total_fen == 30_00


def test_postings_follow_a_person_who_moves_to_another_village(office):
    (one,) = paying.payees(1)
    paying.release(office, paying.draft(office, [claim(one, 100_00)]))
    with acting(make.system()):
        type(one).objects.filter(pk=one.pk).update(division=make.VILLAGE_B1)
        assert set(Posting.objects.filter(payee=one).values_list("division", flat=True)) == {make.VILLAGE_B1}
    town = make.actor("town_head", make.TOWN_A)
    with acting(town):
        assert queries.posted(seen_by=town) == {}


def test_the_cost_is_split_by_dated_shares_and_loses_no_fen(office):
    people = paying.payees(2)
    claims = [claim(people[0], 100_01, purpose="five_old_care"), claim(people[1], 33_33)]
    run = paying.release(office, paying.draft(office, claims))
    with acting(make.system()):
        found = {(row.purpose, row.account): row.amount_fen for row in run.funding.all()}
    assert found[("five_old_care", "fund_province")] == 70_00
    assert found[("five_old_care", "fund_city")] == 20_00
    assert found[("five_old_care", "fund_county")] == 10_01
    assert sum(fen for (purpose, _), fen in found.items() if purpose == "disability") == 33_33
