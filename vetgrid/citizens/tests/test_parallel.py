"""Several web processes at once, on connections of their own that really commit: what is limited is limited for all of them together."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from tests import builders as make
from tests import phone
from vetgrid.citizens import actions
from vetgrid.citizens.actions import binding
from vetgrid.citizens.actions.signing_in import EVERYWHERE
from vetgrid.citizens.models import SmsCode
from vetgrid.citizens.policy import policy
from vetgrid.core import rate
from vetgrid.core.actor import NOBODY_ID, Actor, Citizen, Origin
from vetgrid.core.errors import TooMany
from vetgrid.core.scope import acting, lending

NUMBER, PROCESSES = "13900001234", 8


def at_once(work, times: int) -> list:
    """`work(number)` on so many connections, all beginning at the same moment."""
    begin = threading.Barrier(times)

    def one(at: int):
        begin.wait()
        try:
            return work(at)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def stranger(address: str = "203.0.113.9") -> Actor:
    return Actor(id=NOBODY_ID, name="未登录", origin=Origin(address=address))


@pytest.fixture
def place(own_database):
    make.county()


def test_the_rate_holds_over_two_processes_and_a_refused_call_stays_refused(place, monkeypatch):
    monkeypatch.setattr(rate, "_factor", lambda: 1)
    moment = rate.time.time()
    monkeypatch.setattr(rate.time, "time", lambda: moment)
    one, other = rate.Counter(), rate.Counter()

    def passed(counter: rate.Counter, kind: str, key: str) -> bool:
        try:
            counter.hit(kind, key)
        except TooMany:
            return False
        return True

    for kind, most in rate.policy()["rate"].items():
        let = sum(passed((one, other)[at % 2], kind, "203.0.113.8") for at in range(2 * most))
        portion = rate.policy()["portion"][kind]
        assert most - portion < let <= most, kind
        assert not passed(one, kind, "203.0.113.8") and not passed(other, kind, "203.0.113.8")
        assert passed(rate.Counter(), kind, "203.0.113.7"), "another address is not concerned"


def test_a_code_cannot_be_guessed_faster_with_many_processes(place):
    """Of many guesses at one moment no more are looked at than the code allows, and then even the right one opens nothing."""
    with acting(stranger()) as by:
        actions.send_code(phone=NUMBER, privacy_version=policy().privacy_version, by=by, today=make.TODAY)
    code = phone.sent_code()
    wrong = [f"{(int(code) + at) % 1_000_000:06d}" for at in range(1, 13)]

    def guess(at: int) -> str:
        with acting(stranger()) as by:
            return actions.sign_in_with_code(
                phone=NUMBER, code=wrong[at], privacy_version=policy().privacy_version, by=by
            ).sentence

    sentences = at_once(guess, len(wrong))
    assert all(sentences)
    looked_at = [sentence for sentence in sentences if "输错次数太多" not in sentence]
    assert len(looked_at) == policy().wrong_per_phone
    with acting(make.system()):
        assert SmsCode.objects.get().tries >= policy().code_tries
    with acting(stranger()) as by:
        assert not actions.sign_in_with_code(
            phone=NUMBER, code=code, privacy_version=policy().privacy_version, by=by
        ).token


def test_many_processes_send_one_phone_no_more_codes_than_one(place):
    def ask(at: int) -> bool:
        try:
            with acting(stranger()) as by:
                actions.send_code(phone=NUMBER, privacy_version=policy().privacy_version, by=by, today=make.TODAY)
        except TooMany:
            return False
        return True

    assert sum(at_once(ask, policy().codes_per_phone + 4)) == policy().codes_per_phone


def test_of_many_guesses_at_one_number_from_many_accounts_only_the_allowed_ones_count(place):
    """Each account guesses another second fact of the same number at the same moment; behind the limit even the right one waits."""
    claim = binding.Claim("王建国", make.id_number("35058119650312001"), "discharge_year", "1987")
    accounts = [phone.account(f"1390000{at:04d}") for at in range(PROCESSES)]

    def guess(at: int) -> bool:
        key = accounts[at].id
        by = Citizen(id=key, name="", account_id=key, division=make.COUNTY, origin=Origin(address="203.0.113.9"))
        with acting(by), transaction.atomic(), lending("citizens", EVERYWHERE):
            return binding._count(claim, by=by)

    assert at_once(guess, PROCESSES).count(False) == policy().binds_per_number
