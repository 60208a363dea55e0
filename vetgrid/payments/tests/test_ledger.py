"""The ledger: nobody changes a row, its arithmetic holds for any history, and history loads fast."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg import sql

from tests import builders as make
from vetgrid.core.errors import Invalid
from vetgrid.core.figures import Period
from vetgrid.core.scope import acting
from vetgrid.payments import actions, queries
from vetgrid.payments.history import post_history
from vetgrid.payments.models import PayRun, Posting
from vetgrid.payments.tests import paying
from vetgrid.payments.tests.paying import claim
from vetgrid.registry.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return paying.Office()


STATEMENTS = [
    "UPDATE payments_posting SET amount_fen = 1",
    "UPDATE payments_posting SET payee_id = NULL",
    "DELETE FROM payments_posting",
    "TRUNCATE payments_posting",
    "UPDATE payments_claim SET determined_fen = 1",
    "DELETE FROM payments_claim",
    "DELETE FROM payments_runstep",
    "UPDATE payments_payline SET amount_fen = 1",
    "UPDATE payments_payline SET payee_id = gen_random_uuid()",
    "DELETE FROM payments_payline",
    "UPDATE payments_payrun SET state = 'draft'",
    "UPDATE payments_payrun SET total_fen = 1",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_programs_roles_cannot_change_what_was_posted(office, statement):
    paying.release(office, paying.draft(office, [claim(paying.payees(1)[0], 100_00)]))

    def cursor():
        return connection.cursor()

    with acting(make.system()), pytest.raises(DatabaseError) as caught, transaction.atomic(), cursor() as asked:
        asked.execute(statement)
    assert caught.value.__cause__.sqlstate in ("42501", "VG301", "VG302", "VG303")


def test_a_posting_between_one_account_and_itself_or_of_nothing_is_refused(office):
    run = paying.draft(office, [claim(paying.payees(1)[0], 100_00)])
    common = {"kind": "accrual", "purpose": "x", "month": date(2023, 12, 1), "on": paying.TODAY, "run": run, "reason": "x",
              "by": make.system().id, "at": make.now(), "division": make.COUNTY}  # fmt: skip
    for ref, values in (
        ("1", {"debit": "bank", "credit": "bank", "amount_fen": 1}),
        ("2", {"debit": "bank", "credit": "payable", "amount_fen": 0}),
    ):
        with acting(make.system()), pytest.raises(DatabaseError), transaction.atomic():
            Posting.objects.create(ref=ref, **values, **common)
    with acting(make.system()):
        Posting.objects.create(ref="3", debit="bank", credit="payable", amount_fen=1, **common)
        with pytest.raises(DatabaseError), transaction.atomic():
            Posting.objects.create(ref="3", debit="bank", credit="payable", amount_fen=1, **common)


MONTHS = [date(2023, month, 1) for month in range(1, 7)]
# Few payees, purposes and months, so that the same determination is made again and again, up and down.
STEP = st.tuples(
    st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from(["disability", "rural_60"]), st.integers(0, 1), st.integers(0, 900)),
        min_size=1, max_size=6, unique_by=lambda entry: entry[:3],
    ),
    st.sets(st.integers(0, 2)),
    st.sampled_from([None, 0, 1, 2]),
    st.booleans(),
)  # fmt: skip


@pytest.fixture
def three(office):
    return office, paying.payees(3)


@example(
    [
        ([(1, "disability", 0, 900)], set(), None, False),
        ([(1, "disability", 0, 300)], set(), None, False),
        ([(1, "disability", 0, 900)], set(), None, False),
    ]
)  # down and up again
@example(
    [
        ([(1, "disability", 0, 900)], set(), None, False),
        ([(1, "disability", 0, 300), (1, "rural_60", 0, 700)], set(), None, False),
    ]
)  # a debt of one purpose against another
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=1, max_size=4))
def test_after_any_history_everybody_was_paid_what_was_determined_or_owes_the_rest(three, history):
    """Any sequence of determinations, arrears, recoveries, rejects, held lines, deaths and reissues, then all settled."""
    office, people = three
    with transaction.atomic():
        determined: dict[tuple[int, str, int], int] = {}
        for claims, rejected, held, is_dead in history:
            _one_run(office, people, determined, claims, rejected, held, is_dead)
        _reissue_all(office)
        with acting(make.system()):
            ledgers = [queries.ledger_of(one.id, seen_by=make.system()) for one in people]
            assert queries.wrong_in_the_books(seen_by=make.system()) == []
            sums = {row.code: row.balance_fen for row in queries.trial_balance(seen_by=make.system())}
        for at, ledger in enumerate(ledgers):
            asked = sum(fen for (who, _, _), fen in determined.items() if who == at)
            assert ledger.accrued_fen == asked
            assert ledger.balance_fen <= 0, "nobody is owed anything when all is settled"
            assert ledger.paid_fen == asked - ledger.balance_fen
            if ledger.balance_fen == 0:
                assert set(owed_by_purpose(ledger).values()) <= {0}, "each purpose is settled, not only their sum"
        assert sums["1002"] == sums["2201"] == sum(ledger.balance_fen for ledger in ledgers)
        transaction.set_rollback(True)


def owed_by_purpose(ledger):
    found: dict[str, int] = {}
    for entry in ledger.entries:
        found[entry.posting.purpose] = found.get(entry.posting.purpose, 0) + entry.owed_fen
    return found


def _one_run(office, people, determined, claims, rejected, held, is_dead):
    asked = [claim(people[who], fen, purpose=purpose, month=MONTHS[month]) for who, purpose, month, fen in claims]
    with acting(make.system()):
        Person.objects.filter(pk=people[0].pk).update(died_on="2023-03" if is_dead else None)
    try:
        run = paying.draft(office, asked, month=MONTHS[3])
    except Invalid:
        return
    with acting(make.system()):
        lines = {line.payee_id: line.id for line in run.lines.all()}
    if held is not None and people[held].id in lines and len(lines) > 1:
        office.act(office.maker, actions.hold_back, line_id=lines[people[held].id], reason="核实")
    else:
        held = None
    run = paying.release(office, run)
    for who, purpose, month, fen in claims:
        if who != held:
            determined[(who, purpose, month)] = fen
    if run.state == "released":
        paying.settle(office, run, rejected=[people[at] for at in rejected])


def _reissue_all(office):
    try:
        run = office.act(office.maker, actions.draft_reissue, division=make.COUNTY, month=MONTHS[5], label="重发")
    except Invalid:
        return
    paying.settle(office, paying.release(office, run))


def test_figures_count_what_reached_the_payee_and_not_what_came_back(office):
    people = paying.payees(2)
    run = paying.release(office, paying.draft(office, [claim(one, 100_00) for one in people]))
    paying.settle(office, run, rejected=people[:1])
    year = Period(date(2023, 1, 1), date(2023, 12, 31))
    with acting(office.leader):
        assert sum(queries.paid_rows(year, office.leader).values_list("amount_fen", flat=True)) == 100_00
        assert queries.paid_rows(year, office.leader, purposes=["other"]).count() == 0
    again = office.act(office.maker, actions.draft_reissue, division=make.COUNTY, month=paying.MONTH, label="重发")
    paying.settle(office, paying.release(office, again))
    with acting(office.leader):
        assert sum(queries.paid_rows(year, office.leader).values_list("amount_fen", flat=True)) == 200_00


def test_history_becomes_closed_runs_whose_books_balance(office):
    people = paying.payees(2)
    rows = " UNION ALL ".join(
        f"SELECT '{one.id}'::uuid AS person_id, 'disability'::text AS purpose, date '{month}' AS month, {fen} AS amount_fen, date '{month}' + 14 AS paid_on"
        for one in people for month, fen in (("2023-10-01", 500_00), ("2023-11-01", 510_00))
    )  # fmt: skip
    made = office.act(
        office.maker,
        post_history,
        select=sql.SQL(rows),
        division=make.COUNTY,
        purpose_labels={"disability": "残疾抚恤金"},
    )
    assert made == 8
    with acting(make.system()):
        assert list(PayRun.objects.order_by("number").values_list("number", "state", "total_fen")) == [
            ("202310-001", "closed", 1000_00), ("202311-001", "closed", 1020_00),
        ]  # fmt: skip
        assert queries.wrong_in_the_books(seen_by=make.system()) == []
        assert queries.posted(seen_by=make.system(), month=date(2023, 11, 1)) == {
            (one.id, "disability", date(2023, 11, 1)): 510_00 for one in people
        }
    run = paying.draft(office, [claim(one, 520_00, month=date(2023, 11, 1)) for one in people])
    assert run.total_fen == 20_00, "a later determination pays only the difference"


def test_history_of_somebody_unknown_is_refused_as_a_whole(office):
    row = "SELECT gen_random_uuid() AS person_id, 'x'::text AS purpose, date '2023-01-01' AS month, 1 AS amount_fen, date '2023-01-15' AS paid_on"
    with pytest.raises(Invalid):
        office.act(office.maker, post_history, select=sql.SQL(row), division=make.COUNTY)
    with acting(make.system()):
        assert not Posting.objects.exists()


def test_the_standing_check_names_what_does_not_agree(office):
    run = paying.release(office, paying.draft(office, [claim(paying.payees(1)[0], 100_00)]))
    with acting(make.system()):
        assert queries.wrong_in_the_books(seen_by=make.system()) == []
        line = run.lines.get()
        Posting.objects.create(
            kind="payment", debit="payable", credit="bank", amount_fen=1, payee_id=line.payee_id, division=line.division,
            purpose="disability", month=paying.MONTH, on=paying.TODAY, run=run, line_id=line.id, ref="forged", reason="x",
            by=make.system().id, at=make.now(),
        )  # fmt: skip
        assert queries.wrong_in_the_books(seen_by=make.system()) == ["已放行的明细与付款分录不符:1"]
        type(line).objects.filter(pk=line.pk).update(outcome="rejected")
        assert "退回的明细没有冲回分录,或未退回的有冲回分录:1" in queries.wrong_in_the_books(seen_by=make.system())


def test_a_debt_of_one_purpose_is_taken_from_another_and_the_bank_pays_the_rest(office):
    (one,) = paying.payees(1)
    paying.settle(office, paying.release(office, paying.draft(office, [claim(one, 900_00)])))
    later = [claim(one, 300_00, explanation="recovery"), claim(one, 700_00, purpose="rural_60")]
    run = paying.release(office, paying.draft(office, later))
    assert run.total_fen == 100_00
    with acting(make.system()):
        rows = run.postings.exclude(kind="funding").order_by("kind", "purpose")
        found = list(rows.values_list("kind", "purpose", "debit", "credit", "amount_fen"))
        assert set(owed_by_purpose(queries.ledger_of(one.id, seen_by=make.system())).values()) == {0}
    assert found == [
        ("accrual", "rural_60", "expense", "payable", 700_00),
        ("offset", "disability", "offset", "payable", 600_00),
        ("offset", "rural_60", "payable", "offset", 600_00),
        ("payment", "rural_60", "payable", "bank", 100_00),
        ("recovery", "disability", "payable", "expense", 600_00),
    ]
    again = paying.draft(office, [claim(one, 900_00, explanation="correction")])
    assert again.total_fen == 600_00, "what was taken back is due again"
