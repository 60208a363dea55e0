"""Whoever must act next on a run is told, and nobody else; his desk and his list show the same runs."""

import pytest
from django.test import Client

from tests import builders as make
from vetgrid.accounts.models import User
from vetgrid.core.scope import acting
from vetgrid.notices.models import Notice
from vetgrid.payments import actions
from vetgrid.payments.queries.running import waiting_for
from vetgrid.payments.tests import paying
from vetgrid.payments.tests.paying import claim

pytestmark = pytest.mark.django_db
TODAY = make.TODAY


@pytest.fixture
def office():
    """An office whose people have accounts and staff of their own, as those must who are told."""
    found = paying.Office()
    for name, role in (
        ("maker", "city_clerk"), ("checker", "section_chief"), ("approver", "section_chief"), ("leader", "bureau_leader"),
        ("cashier", "finance_officer"),
    ):  # fmt: skip
        staff = make.staff(make.COUNTY, f"职员{name}", post="section_clerk")
        user = make.user(name, (role, make.COUNTY), name=f"职员{name}", staff=staff)
        held = make.held_from([(role, make.COUNTY)])
        setattr(found, name, make.Actor(id=user.id, name=user.name, held=held, staff_id=staff.id))
    return found


def told(template="pay_run_waits"):
    """Who was told so far, with the word for what is wanted of him; the newest round last."""
    with acting(make.system()):
        rows = Notice.objects.filter(template=template).select_related("staff").order_by("made_at", "id")
        return [
            (row.staff.name.removeprefix("职员"), row.title.partition(":")[0].removeprefix("发放批次等您"))
            for row in rows
        ]


def waits(office):
    return {name for name in ("maker", "checker", "approver", "leader", "cashier") if run_ids(getattr(office, name))}


def run_ids(who):
    with acting(who):
        return waiting_for(seen_by=who, today=TODAY)


def test_each_step_tells_those_who_may_do_the_next_one_and_did_nothing_that_excludes_it(office):
    run = paying.gate(office, paying.draft(office, [claim(one, 100_00) for one in paying.payees(2)]))
    assert sorted(told()) == [("approver", "复核"), ("checker", "复核")]
    assert waits(office) == {"checker", "approver"}
    office.act(office.checker, actions.review, run_id=run.id)
    assert sorted(told()[2:]) == [("approver", "审批"), ("leader", "审批")]
    assert waits(office) == {"approver", "leader"}
    office.act(office.leader, actions.approve, run_id=run.id)
    assert told()[4:] == [("cashier", "放行")]
    office.act(office.cashier, actions.release, run_id=run.id)
    assert len(told()) == 5 and waits(office) == set()


def test_above_the_limit_only_approvers_of_large_runs_are_told(office):
    run = paying.draft(office, [claim(paying.payees(1)[0], 5_000_000_01)])
    run = paying.gate(office, run)
    with acting(make.system()):
        finding = run.findings.get()
    office.act(office.checker, actions.sign_off, finding_id=finding.id, reason="已核实")
    office.act(office.checker, actions.review, run_id=run.id)
    assert told()[2:] == [("leader", "大额审批")]
    assert waits(office) == {"leader"}


def test_gating_again_tells_nobody_again_until_the_run_was_sent_back(office):
    run = paying.gate(office, paying.draft(office, [claim(paying.payees(1)[0], 100_00)]))
    paying.gate(office, run)
    assert len(told()) == 2
    office.act(office.checker, actions.send_back, run_id=run.id, reason="金额再核")
    assert [name for name, _ in told("pay_run_sent_back")] == ["maker"]
    paying.gate(office, run)
    assert len(told()) == 4


def test_the_desk_counts_the_runs_that_the_list_shows(office):
    runs = [paying.draft(office, [claim(one, 100_00)]) for one in paying.payees(2)]
    paying.gate(office, runs[0])
    client = Client()
    make.sign_in(client, user_of("checker"))
    desk, shown = (client.get(path).content.decode() for path in ("/", "/payments?waiting=1"))
    assert "等我办理的发放批次" in desk and "/payments?waiting=1" in desk
    assert runs[0].number in shown and runs[1].number not in shown


def user_of(name):
    with acting(make.system()):
        return User.objects.get(username=name)
