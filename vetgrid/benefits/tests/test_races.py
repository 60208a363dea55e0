"""A value approved while a decision is made: the decision uses the old values or the new ones wholly, and says so ever after."""

import json
import threading
from datetime import date

import pytest
from django.db import connection

from tests import builders as make
from vetgrid.benefits.actions import decide, deciding
from vetgrid.benefits.actions import parameters as actions
from vetgrid.benefits.models import Decision
from vetgrid.benefits.proposing import Asked
from vetgrid.benefits.receipts import recompute
from vetgrid.benefits.tests.county import TODAY, disabled
from vetgrid.core.ruling.months import month_of
from vetgrid.core.scope import acting

FEBRUARY = month_of(2024, 2)
OLD, NEW = 8_231_67, 9_000_00 + 100_00
"""Before; and after both rows of the change: 9,000 set and 100 added. One of them alone would be 9,000.00 or 8,331.67."""
WAIT = 20


class Beside(threading.Thread):
    """Somebody else's work on a connection of his own; what it raised is raised where it is waited for."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self.work, self.result, self.error = work, None, None
        self.start()

    def run(self):
        try:
            self.result = self.work()
        except BaseException as error:  # raised again by `end`
            self.error = error
        finally:
            connection.close()

    def end(self):
        self.join(WAIT)
        assert not self.is_alive(), "one waits for the other for ever"
        if self.error is not None:
            raise self.error
        return self.result


class Stop:
    """Holds the first caller between `reached` and `released`, with its transaction open."""

    def __init__(self, real):
        self.real, self.reached, self.released = real, threading.Event(), threading.Event()

    def __call__(self, *args, **values):
        found = self.real(*args, **values)
        self.reached.set()
        assert self.released.wait(WAIT)
        return found


@pytest.fixture
def county(own_database):
    found = make.staffed_county()
    found["clerk"] = make.actor("city_clerk", make.COUNTY, "专干")
    found["chief"] = make.actor("section_chief", make.COUNTY, "股长")
    found["who"] = disabled()
    with acting(found["clerk"]):
        found["proposal"] = actions.propose(
            division=make.COUNTY,
            label="提标",
            document="石狮市2024年标准的通知",
            trust="A",
            effective_on=date(2024, 1, 1),
            known_since=TODAY,
            asked=(
                Asked("disability_pension", "war/3", "set", "9000", "yuan/month"),
                Asked("disability_pension", "war/3", "add", "100", "yuan/month"),
            ),
            explanation="与文件核对无误",
            by=found["clerk"],
            today=TODAY,
        )
    return found


def approves(county):
    by = county["chief"]
    with acting(by):
        return actions.approve(proposal_id=county["proposal"].id, by=by, today=TODAY)


def decides(county):
    by = make.system()
    with acting(by):
        return decide(person_id=county["who"].id, programme="disability_pension", month=FEBRUARY, by=by, today=TODAY)


def check(decision, amount):
    """The amount, the rows in the receipt, and the same bytes when it is made again."""
    assert decision.amount_fen == amount
    looked = [row for step in json.loads(decision.receipt)["steps"] for one in step["looked"] for row in one["rows"]]
    new = {row["written"] for row in looked if row["document"] == "石狮市2024年标准的通知"}
    assert len(new) == (2 if amount == NEW else 0)
    with acting(make.system()):
        assert recompute(Decision.objects.get(pk=decision.id)).is_same


def test_a_decision_made_while_an_approval_is_not_yet_committed_waits_and_uses_all_of_it(county, monkeypatch):
    """The rows are written but invisible: without waiting, the decision would miss rows that it finds when it is made again."""
    stop = Stop(actions.bulk.insert)
    monkeypatch.setattr(actions.bulk, "insert", stop)
    approval = Beside(lambda: approves(county))
    assert stop.reached.wait(WAIT)
    monkeypatch.setattr(actions.bulk, "insert", stop.real)
    decision = Beside(lambda: decides(county))
    decision.join(1)
    assert decision.is_alive(), "it waits for the approval"
    stop.released.set()
    approval.end()
    check(decision.end(), NEW)


def test_an_approval_that_comes_while_a_decision_is_made_waits_and_changes_nothing_of_it(county, monkeypatch):
    stop = Stop(deciding.gathered)
    monkeypatch.setattr(deciding, "gathered", stop)
    decision = Beside(lambda: decides(county))
    assert stop.reached.wait(WAIT)
    monkeypatch.setattr(deciding, "gathered", stop.real)
    approval = Beside(lambda: approves(county))
    approval.join(1)
    assert approval.is_alive(), "it waits for the decision"
    stop.released.set()
    made = decision.end()
    approval.end()
    check(made, OLD)
    check(decides(county), NEW)


def test_two_decisions_do_not_wait_for_one_another(county, monkeypatch):
    other = disabled(name="伤残二")
    stop = Stop(deciding.gathered)
    monkeypatch.setattr(deciding, "gathered", stop)
    first = Beside(lambda: decides(county))
    assert stop.reached.wait(WAIT)
    monkeypatch.setattr(deciding, "gathered", stop.real)
    # Numbers of one county are given one after another, so the second one is asked only whether it may look.
    with acting(make.system()):
        from vetgrid.benefits.rulebook import hold_still

        hold_still()
    stop.released.set()
    check(first.end(), OLD)
    check(decides(county | {"who": other}), OLD)
