"""Who may sign in, how long, and how far the roles reach."""

from datetime import timedelta
from itertools import combinations

import pyotp
import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests import builders as make
from vetgrid.accounts import actions, rules
from vetgrid.accounts.labels import PERMISSION_LABELS
from vetgrid.accounts.models import Grant, Session, User
from vetgrid.accounts.policy import policy
from vetgrid.accounts.roles import exclusive_sets, roles
from vetgrid.accounts.sessions import OpenSession, held_from, open_session
from vetgrid.audit.models import Entry
from vetgrid.core.actor import Actor, Origin
from vetgrid.core.errors import Conflict, Invalid, NotAllowed
from vetgrid.core.ids import new_id
from vetgrid.core.permission import every_permission
from vetgrid.core.scope import acting
from vetgrid.registry.models import Person
from vetgrid.registry.permissions import RegistryPermission

HERE = Origin(address="10.0.0.9")
GOOD = "Shishi-2023x"


@pytest.fixture
def clerk(db):
    make.county()
    return make.user("lin", ("village_clerk", make.VILLAGE_A1), password=make_password(GOOD))


def attempt(password: str) -> actions.SignInResult:
    return actions.sign_in(username="lin", password=password, origin=HERE)


def test_the_right_password_opens_a_session_that_knows_the_roles(clerk):
    found = open_session(attempt(GOOD).token, origin=HERE)
    assert isinstance(found, OpenSession)
    assert found.actor.may(RegistryPermission.EDIT, at=make.VILLAGE_A1)
    assert not found.actor.may(RegistryPermission.EDIT, at=make.TOWN_A)


def test_too_many_wrong_passwords_lock_the_account_even_for_the_right_one_until_the_time_is_over(clerk):
    for _ in range(policy().failures):
        assert not attempt("wrong").token
    assert "已锁定" in attempt(GOOD).sentence
    with acting(make.system()):
        User.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert attempt(GOOD).token
    with acting(make.system()):
        assert Entry.objects.filter(verb="sign_in.failed").count() == policy().failures


def test_an_unknown_name_and_a_wrong_password_get_the_same_sentence(clerk):
    assert attempt("wrong").sentence == actions.sign_in(username="nobody", password="wrong", origin=HERE).sentence


def test_a_session_that_was_idle_too_long_is_over(clerk):
    token = attempt(GOOD).token
    with acting(make.system()):
        Session.objects.update(last_seen_at=timezone.now() - policy().idle - timedelta(seconds=1))
    assert open_session(token, origin=HERE) == "测试人员"
    assert open_session(token, origin=HERE) is None


def test_a_disabled_account_is_out_at_once_and_stays_out(clerk):
    token = attempt(GOOD).token
    admin = make.actor("system_admin", make.COUNTY)
    with acting(admin):
        actions.set_active(user_id=clerk.id, is_active=False, by=admin)
    assert not isinstance(open_session(token, origin=HERE), OpenSession)
    assert "已停用" in attempt(GOOD).sentence


def test_a_former_password_does_not_come_back(clerk):
    me = Actor(id=clerk.id, name="林")
    with acting(me):
        actions.change_password(old=GOOD, new="Quanzhou_77", by=me)
        with pytest.raises(Invalid, match="最近"):
            actions.change_password(old="Quanzhou_77", new=GOOD, by=me)
        with pytest.raises(Invalid, match="原密码不对"):
            actions.change_password(old="x", new="Another-99a", by=me)


def test_a_second_factor_code_works_once(clerk):
    session = open_session(attempt(GOOD).token, origin=HERE)
    with acting(session.actor):
        secret = pyotp.parse_uri(actions.begin_second_factor(by=session.actor))
        code = secret.now()
        assert actions.pass_second_factor(code="000000" if code != "000000" else "111111", session=session) == ""
        token = actions.pass_second_factor(code=code, session=session)
        assert token
        assert actions.pass_second_factor(code=code, session=session) == ""
    found = open_session(token, origin=HERE)
    assert found.second_factor_done


def test_an_administrator_without_second_factor_holds_nothing_yet(db):
    make.county()
    make.user("adm", ("system_admin", make.COUNTY), password=make_password(GOOD))
    found = open_session(actions.sign_in(username="adm", password=GOOD, origin=HERE).token, origin=HERE)
    assert not found.is_complete
    assert found.actor.held == ()


def test_the_three_administrators_share_no_permission_and_see_no_business_data():
    (group,) = exclusive_sets()
    for one, other in combinations(sorted(group), 2):
        assert not roles()[one].permissions & roles()[other].permissions, (one, other)
    for key in group:
        assert not any(name.startswith(("registry.", "grid.", "reports.")) for name in roles()[key].permissions)


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "auditor"])
def test_no_administrator_can_do_the_work_of_another(db, role):
    make.county()
    target = make.user("someone", ("village_clerk", make.VILLAGE_A1))
    who = make.actor(role, make.COUNTY)
    deeds = {
        "system_admin": lambda: actions.reset_password(user_id=target.id, by=who),
        "security_admin": lambda: actions.grant_role(
            user_id=target.id,
            role="grid_contact",
            division=make.VILLAGE_A1,
            from_on=make.TODAY,
            to_on=None,
            reason="",
            by=who,
            today=make.TODAY,
        ),
    }
    with acting(who):
        for owner, deed in deeds.items():
            if owner == role:
                deed()
            else:
                with pytest.raises((NotAllowed, Exception), match="权限|没有找到"):
                    deed()
        assert Entry.objects.exists() == (role == "auditor")


def test_a_grant_never_reaches_with_the_place_of_another(db):
    make.county()
    here, there = make.person(make.VILLAGE_A1), make.person(make.VILLAGE_B1)
    both = Actor(
        id=new_id(),
        name="兼任",
        held=held_from([("village_clerk", make.VILLAGE_A1), ("grid_contact", make.VILLAGE_B1)]),
    )
    assert both.may(RegistryPermission.EDIT, at=make.VILLAGE_A1)
    assert not both.may(RegistryPermission.EDIT, at=make.VILLAGE_B1)
    with acting(both):
        assert set(Person.objects.values_list("id", flat=True)) == {here.id, there.id}
        assert Person.objects.filter(pk=here.id).update(sex="2") == 1
        assert Person.objects.filter(pk=there.id).update(sex="2") == 0


def test_a_village_between_two_granted_villages_stays_invisible(db):
    make.county()
    make.person(make.VILLAGE_A2)
    outer = Actor(
        id=new_id(), name="两村", held=held_from([("grid_contact", make.VILLAGE_A1), ("grid_contact", make.VILLAGE_B1)])
    )
    with acting(outer):
        assert not Person.objects.exists()


def test_an_expired_or_revoked_grant_gives_nothing(clerk):
    token = attempt(GOOD).token
    security = make.actor("security_admin", make.COUNTY)
    with acting(make.system()):
        grant = Grant.objects.get()
    with acting(security):
        actions.revoke_role(grant_id=grant.id, by=security)
    assert open_session(token, origin=HERE).actor.held == ()
    with acting(make.system()):
        Grant.objects.update(revoked_at=None, to_on=make.TODAY)
    assert open_session(token, origin=HERE).actor.held == ()


def test_nobody_grants_to_himself_and_administrators_hold_nothing_else(clerk):
    security = make.user("sec", ("security_admin", make.COUNTY))
    by = Actor(id=security.id, name="安全", held=held_from([("security_admin", make.COUNTY)]))
    give = {"division": make.COUNTY, "from_on": make.TODAY, "to_on": None, "reason": "", "by": by, "today": make.TODAY}
    with acting(by):
        with pytest.raises(NotAllowed, match="自己"):
            actions.grant_role(user_id=security.id, role="bureau_leader", **give)
        with pytest.raises(Conflict, match="三权分立"):
            actions.grant_role(user_id=clerk.id, role="auditor", **give)
        with pytest.raises(Conflict, match="只能授予在"):
            actions.grant_role(user_id=clerk.id, role="village_clerk", **give)


def test_every_permission_has_a_chinese_label():
    assert set(PERMISSION_LABELS) == set(every_permission())


@given(st.text(max_size=30))
def test_whatever_is_typed_a_short_or_plain_password_is_never_good(text):
    problems = rules.password_problems(text, username="lin", min_length=10, min_classes=3)
    if len(text) < 10 or "lin" in text.lower():
        assert problems


@given(st.integers(0, 50), st.integers(1, 10))
def test_an_account_locks_at_every_full_round_of_failures_and_never_between(count, failures):
    now = timezone.now()
    locked = rules.lock_until(count, failures=failures, lock_for=timedelta(minutes=1), now=now)
    assert (locked is not None) == (count > 0 and count % failures == 0)


def test_policy_days_are_read_from_the_file():
    assert policy().max_age == timedelta(days=90)
