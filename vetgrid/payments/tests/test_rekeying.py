"""New keys do not stop money: a run that was reviewed and approved before is released after; one that was changed is not."""

import shutil
from pathlib import Path

import pytest

from tests import builders as make
from vetgrid.config import rotating
from vetgrid.core.crypto import Sealed, blinds, keyring
from vetgrid.core.errors import Conflict
from vetgrid.core.scope import acting
from vetgrid.payments import actions
from vetgrid.payments.models import Finding, PayLine, PayRun, RunStep
from vetgrid.payments.tests import paying
from vetgrid.payments.tests.paying import claim
from vetgrid.registry.models import BankAccount

pytestmark = pytest.mark.slow


@pytest.fixture
def office(own_database, settings, tmp_path):
    """An office with keys of its own, which the test may change."""
    keyring()
    shutil.copy(Path(settings.KEYS_FILE), tmp_path / "keys.json")
    settings.KEYS_FILE = str(tmp_path / "keys.json")
    keyring.cache_clear()
    yield paying.Office()
    keyring.cache_clear()


def drafted(office, count=2):
    return paying.draft(office, [claim(one, 100_00) for one in paying.payees(count)])


def again(run):
    with acting(make.system()):
        return PayRun.objects.get(pk=run.id)


def test_an_approved_run_is_released_after_the_keys_were_changed_without_another_gate(office):
    run = paying.approve(office, paying.gate(office, drafted(office)))
    before = again(run).digest
    rotating.rotate()
    after = again(run)
    assert after.digest != before and (after.state, after.version) == ("approved", run.version)
    with acting(make.system()):
        assert RunStep.objects.get(run=run, move="rekey").note == "更换密钥,内容没有变动"
        line = PayLine.objects.filter(run=run).first()
        text = line.account.reveal()
        assert bytes(line.account_index) in blinds(text, "bank_account")
    done = office.act(office.cashier, actions.release, run_id=run.id)
    assert (done.state, done.total_fen) == ("released", 200_00)


def test_a_run_that_was_tampered_with_before_stays_stopped_after_the_keys_were_changed(office):
    run = paying.approve(office, paying.gate(office, drafted(office)))
    with acting(make.system()):
        PayLine.objects.filter(run=run, number=1).update(account=Sealed.of("6222999999999999", "bank_account"))
    rotating.rotate()
    with pytest.raises(Conflict, match="账户、金额或台账有变动"):
        office.act(office.cashier, actions.release, run_id=run.id)


def test_an_account_changed_after_the_rotation_still_stops_the_run(office):
    run = paying.approve(office, paying.gate(office, drafted(office)))
    rotating.rotate()
    with acting(make.system()):
        BankAccount.objects.filter(known_until=None).update(account=Sealed.of("6222999999999999", "bank_account"))
    with pytest.raises(Conflict, match="请由复核人退回编制"):
        office.act(office.cashier, actions.release, run_id=run.id)


def test_the_next_gate_knows_the_accounts_of_the_months_before_again(office):
    people = paying.payees(2)
    paying.release(office, paying.draft(office, [claim(one, 100_00) for one in people]))
    rotating_month = paying.MONTH.replace(year=2024, month=1)
    rotating.rotate()
    run = paying.draft(office, [claim(one, 100_00, month=rotating_month) for one in people], month=rotating_month)
    paying.gate(office, run)
    with acting(make.system()):
        assert not Finding.objects.filter(run=run).exists(), "no account seems to have changed"
