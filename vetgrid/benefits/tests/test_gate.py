"""A pay run of benefits with thirty known faults: each is caught, and nobody who is right is stopped; arrears and recoveries."""

from datetime import date

import pytest
from django.db import connection

from tests import builders as make
from vetgrid.benefits.actions import Cause, Match, Told, change, confirm_by_match, report_death
from vetgrid.benefits.models import ParameterRow
from vetgrid.benefits.paying import claims_into, draft_month
from vetgrid.benefits.spelling import refresh_places
from vetgrid.benefits.tests.county import COUNTY, awarded, disabled, fact, old_soldier
from vetgrid.core.clock import now
from vetgrid.core.crypto import blind
from vetgrid.core.ruling.months import month_of
from vetgrid.core.scope import acting
from vetgrid.payments import actions as pay
from vetgrid.payments.actions import Claimed
from vetgrid.payments.models import Finding, PayLine
from vetgrid.payments.queries import posted
from vetgrid.payments.tests import paying
from vetgrid.registry import models as registry
from vetgrid.registry.models import Duplicate, Person

pytestmark = pytest.mark.django_db
FIRST, NEXT = month_of(2023, 12), month_of(2024, 1)
DAY, LATER = date(2023, 12, 28), date(2024, 1, 10)
SAME_ID = make.id_number("35058119480101007")


@pytest.fixture
def office():
    return paying.Office()


def receives(name, at, *, is_old=False, month="2023-09", **values):
    """A person who receives and has an account; confirmed for 2023 unless the test takes that away."""
    values.setdefault("id_number", make.id_number(f"3505811950{at // 28 % 12 + 1:02d}{at % 28 + 1:02d}{at:03d}"))
    who = old_soldier(name=name, **values) if is_old else disabled(name=name, **values)
    paying.give_account(who, f"6222{at:010d}")
    awarded(who, "rural_over60" if is_old else "disability_pension", month)
    return who


def confirmed(people):
    with acting(make.system()):
        matches = [Match(who.id, who.division, date(2023, 5, 4)) for who in people]
        return confirm_by_match(matches, by=make.system(), today=DAY)


def drafted(office, month, today):
    with acting(make.system()):
        refresh_places(COUNTY)
    return office.act(office.maker, draft_month, division=make.COUNTY, month=month, today=today)


def paid(office, month=FIRST, today=DAY):
    run = drafted(office, month, today)
    paying.settle(office, paying.release(office, run, today=today), today=today)
    return run


def found_in(run):
    with acting(make.system()):
        rows = Finding.objects.filter(run=run, cleared_at=None).select_related("line__payee")
        return {(row.line.payee.name, row.check_key) for row in rows}


def claims_of(month):
    """The claims of a month as a list, to be spoilt."""
    with acting(make.system()):
        refresh_places(COUNTY)
        select = claims_into(division=make.COUNTY, month=month, today=LATER).as_string(connection.connection)
        with connection.cursor() as cursor:
            cursor.execute(select)
            return {
                (person, purpose, on): Claimed(person, purpose, purpose, on, fen, basis, explanation)
                for person, purpose, on, fen, basis, explanation in cursor.fetchall()
            }


def test_the_bar_of_a_draft_moves_up_to_its_last_step(office):
    receives("净甲", 1)
    heard = []
    with acting(make.system()):
        refresh_places(COUNTY)
    month = {"division": make.COUNTY, "month": FIRST, "today": DAY}
    office.act(office.maker, draft_month, told=lambda done, total: heard.append((done, total)), **month)
    (total,) = {total for _, total in heard}
    steps = [done for done, _ in heard]
    assert steps == sorted(set(steps)) and steps[0] == 0
    assert steps[-4:] == [total - 4, total - 3, total - 2, total - 1], "what follows the months is told step by step"


def test_a_clean_run_of_benefits_stops_nobody(office):
    people = [receives(f"净{at}", at, is_old=at % 2 == 0) for at in range(20)]
    confirmed(people)
    paid(office)
    run = paying.gate(office, drafted(office, NEXT, LATER), today=LATER)
    assert found_in(run) == set()
    with acting(make.system()):
        assert PayLine.objects.filter(run=run, amount_fen__gt=0).count() == 20


def test_thirty_known_faults_are_all_caught_and_nobody_else_is_stopped(office):
    clean = [receives(f"净{at}", at, is_old=at % 2 == 0) for at in range(20)]
    wrong = {f"误{at:02d}": receives(f"误{at:02d}", 100 + at) for at in range(30)}
    confirmed([*clean, *(who for name, who in wrong.items() if name not in ("误00", "误01", "误02"))])
    paid(office)
    one = [wrong[f"误{at:02d}"] for at in range(30)]
    expected = {(f"误{at:02d}", "benefit_lapsed") for at in range(3)}
    _ill(office, one)
    claims = claims_of(NEXT)
    expected |= _spoil(claims, one) | _facts(office, one)
    run = office.act(
        office.maker,
        pay.draft_run,
        claims=list(claims.values()),
        division=make.COUNTY,
        month=date(2024, 1, 1),
        label="有误的批次",
        today=LATER,
    )
    found = found_in(paying.gate(office, run, today=LATER))
    assert expected - found == set()
    assert {name for name, _ in found} == {name for name, _ in expected} == set(wrong)
    assert len(expected) >= 30


def _ill(office, one):
    """What happens between the two runs and the claims do not see."""
    with acting(make.system()):
        for at, day in ((6, "2024-01-03"), (7, "2023-12-30"), (8, "2023-12")):
            Person.objects.filter(pk=one[at].pk).update(died_on=day)
        for at in (9, 10):
            Person.objects.filter(pk=one[at].pk).update(left_on=date(2024, 1, 2))
        Person.objects.filter(pk__in=[one[16].pk, one[17].pk]).update(id_index=blind(SAME_ID, "id_number"))
        Duplicate.objects.create(
            person=one[18],
            other=one[19],
            division=one[18].division,
            other_division=one[19].division,
            reason="same_name_and_birth",
            found_at=now(),
        )


def _facts(office, one):
    """Deaths of one source, and everything about accounts."""
    with acting(make.system()):
        for at in (3, 4, 5):
            told = Told("village", date(2024, 1, 5))
            report_death(person_id=one[at].id, told=told, by=make.system(), today=LATER)
    office.act(office.cashier, pay.report_account, person_id=one[11].id, kind="closed", source="函")
    office.act(office.cashier, pay.report_account, person_id=one[12].id, kind="frozen", source="函")
    paying.give_account(one[13], "62229999000001")
    paying.give_account(one[14], "62229999000002")
    paying.give_account(one[15], "62229999000002")
    paying.give_account(one[20], "62229999000003", holder="别人")
    with acting(make.system()):
        registry.BankAccount.objects.filter(person=one[21]).update(known_until=now())
    return (
        {(f"误{at:02d}", "benefit_death") for at in (3, 4, 5)}
        | {(f"误{at:02d}", "dead") for at in (6, 7, 8)}
        | {(f"误{at:02d}", "elsewhere") for at in (9, 10)}
        | {(f"误{at:02d}", "account_notice") for at in (11, 12)}
        | {("误13", "account_changed"), ("误14", "same_account"), ("误15", "same_account")}
        | {(f"误{at:02d}", "same_id") for at in (16, 17)}
        | {(f"误{at:02d}", "duplicate") for at in (18, 19)}
        | {("误20", "holder"), ("误21", "no_account")}
    )


def _spoil(claims, one):
    """Claims that are wrong in themselves: rates, suspended awards, two benefits of which one excludes the other."""
    month = date(2024, 1, 1)
    for at, change_of in ((22, 50_00), (23, -300_00), (24, 1)):
        key = (one[at].id, "disability_pension", month)
        known = claims[key]
        claims[key] = Claimed(*_with(known, known.determined_fen + change_of), "rate")
    for at in (25, 26):
        with acting(make.system()):
            cause = Cause("被通缉", "军人抚恤优待条例第五十九条")
            award = one[at].awards.get(programme="disability_pension")
            change(award_id=award.id, move="suspend", month=NEXT, cause=cause, by=make.system(), today=LATER)
    for at in (27, 28):
        known = claims[(one[at].id, "disability_pension", month)]
        key = (one[at].id, "combat_test", month)
        claims[key] = Claimed(one[at].id, "combat_test", "参战参试", month, 950_00, known.basis_id, "start")
    key = (one[29].id, "demobilised", month)
    claims[key] = Claimed(one[29].id, "demobilised", "在乡复员", month, 2000_00, None, "start")
    return (
        {(f"误{at:02d}", "benefit_rate") for at in (22, 23, 24)}
        | {(f"误{at:02d}", "benefit_award") for at in (25, 26, 29)}
        | {(f"误{at:02d}", "benefit_double") for at in (27, 28)}
    )


def _with(known, fen):
    return known.person_id, known.purpose, known.purpose_label, known.month, fen, known.basis_id


def due_of(who):
    with acting(make.system()):
        found = posted(seen_by=make.system(), person_ids=[who.id])
        return {(purpose, month): fen for (_, purpose, month), fen in found.items() if fen}


def test_a_late_rate_gives_arrears_and_a_late_death_a_recovery(office):
    lives, dies = receives("补发人", 1), receives("去世人", 2)
    confirmed([lives, dies])
    paid(office)
    before = due_of(lives)[("disability_pension", date(2023, 10, 1))]
    with acting(make.system()):
        for source in ("police", "family"):
            report_death(person_id=dies.id, told=Told(source, date(2023, 10, 9)), by=make.system(), today=LATER)
        old = ParameterRow.objects.filter(table="disability_pension", cell="war/3").order_by("effective_on")
        values = {
            entry.attname: getattr(old[0], entry.attname)
            for entry in ParameterRow._meta.concrete_fields
            if entry.attname not in ("id",)
        }
        raised = {"amount": before + 1000_00, "effective_on": date(2023, 10, 1), "known_since": date(2024, 1, 5)}
        ParameterRow.objects.create(**values | raised | {"division": make.COUNTY, "mode": "set"})
    run = paying.gate(office, drafted(office, NEXT, LATER), today=LATER)
    with acting(make.system()):
        lines = {line.payee.name: line for line in PayLine.objects.filter(run=run).select_related("payee")}
    # October to December again at the new rate, and January.
    assert lines["补发人"].amount_fen == 3 * 1000_00 + before + 1000_00
    assert lines["去世人"].amount_fen == 0
    # November and December come back; October, the month of death, is still his, at the new rate.
    assert lines["去世人"].balance_fen == 1000_00 - 2 * before


def test_a_lapse_is_paid_whole_once_the_confirmation_is_there(office):
    who = receives("迟到人", 3)
    confirmed([who])
    paid(office)
    assert set(due_of(who)) == {("disability_pension", date(2023, month, 1)) for month in (9, 10, 11, 12)}


def test_a_registry_fact_changed_after_the_draft_is_a_wrong_rate_at_the_gate(office):
    who = receives("改级人", 4)
    confirmed([who])
    run = drafted(office, FIRST, DAY)
    fact(who, registry.Disability, grade=5, cause="war", from_on="2023-09")
    with acting(make.system()):
        refresh_places(COUNTY)
    assert ("改级人", "benefit_rate") in found_in(paying.gate(office, run))


def claimed(who, programme, fen, month=date(2024, 1, 1)):
    return Claimed(who.id, programme, programme, month, fen, None, "start")


def double_of(run):
    return {name for name, key in found_in(run) if key == "benefit_double"}


def test_a_benefit_that_excludes_one_paid_by_another_run_is_stopped(office):
    one, free = receives("两批人", 1, is_old=True), receives("一批人", 2)
    confirmed([one, free])
    paid(office, NEXT, LATER)
    month = date(2024, 2, 1)
    run = paying.draft(office, [claimed(one, "combat_test", 935_00), claimed(free, "combat_test", 935_00, month)])
    assert double_of(paying.gate(office, run, today=LATER)) == {"两批人"}
    office.act(office.maker, pay.cancel, run_id=run.id, reason="先冲回")
    back = [claimed(one, "combat_test", 935_00), claimed(one, "rural_over60", 0)]
    assert double_of(paying.gate(office, paying.draft(office, back), today=LATER)) == set()


def test_a_benefit_that_excludes_one_paid_under_another_file_of_the_same_number_is_stopped(office):
    one, other = receives("本档", 1, id_number=SAME_ID), receives("另档", 2, id_number=SAME_ID)
    confirmed([one, other])
    paying.draft(office, [claimed(other, "rural_over60", 500_00)])
    run = paying.draft(office, [claimed(one, "disability_pension", 900_00)])
    assert double_of(paying.gate(office, run, today=LATER)) == {"本档"}
