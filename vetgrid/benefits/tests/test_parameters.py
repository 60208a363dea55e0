"""Values: two persons, never overwritten, stacking, known since, checked; at the action and at the database."""

from datetime import date

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests import builders as make
from vetgrid.benefits import rulebook, sources
from vetgrid.benefits.actions import parameters as actions
from vetgrid.benefits.models import ParameterRow, Proposal
from vetgrid.benefits.proposing import Asked
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.ids import new_id
from vetgrid.core.ruling.months import month_of
from vetgrid.core.scope import acting

pytestmark = pytest.mark.django_db
TODAY = date(2023, 12, 28)


@pytest.fixture
def clerk():
    make.county()
    return make.actor("city_clerk", make.COUNTY, "专干")


@pytest.fixture
def chief():
    return make.actor("section_chief", make.COUNTY, "股长")


def proposed(by, *asked, **values):
    given = {
        "division": make.COUNTY,
        "label": "2024年提标",
        "document": "石狮市2024年标准的通知",
        "trust": "A",
        "effective_on": date(2024, 1, 1),
        "known_since": TODAY,
        "asked": asked or (Asked("combat_test", "", "set", "12000", "yuan/year"),),
        "by": by,
        "today": TODAY,
    } | values
    with acting(by):
        return actions.propose(**given)


def approved(proposal, by, today=TODAY):
    with acting(by):
        return actions.approve(proposal_id=proposal.id, by=by, today=today)


def rate(table, *values, month, known_on=None, place=make.COUNTY):
    with acting(make.system()):
        found = rulebook.parameters(known_on).lookup(table, place=place, month=month)
    return found.amounts[found.flat(values)]


def test_the_shipped_rows_are_there_after_migration_and_loading_them_again_adds_nothing():
    with acting(make.system()):
        before = ParameterRow.objects.count()
        assert before > 400
        assert actions.load_shipped() == 0
        assert ParameterRow.objects.count() == before


def test_the_values_read_from_the_table_are_those_of_the_files():
    from django.conf import settings

    from vetgrid.core.ruling.rulebook import read_parameters

    files = read_parameters(settings.DATA / "benefits" / "parameters", rulebook.rulebook().tables)
    with acting(make.system()):
        ours = rulebook.parameters()
    for table in rulebook.rulebook().tables:
        for month in range(month_of(2017, 1), month_of(2025, 12)):
            theirs = files.lookup(table, place=make.COUNTY, month=month)
            assert ours.lookup(table, place=make.COUNTY, month=month).amounts == theirs.amounts


def test_the_version_of_the_rules_covers_every_file_that_decides():
    names = set(rulebook.rule_files())
    assert {"facts.toml", "tables.toml", "lines.toml", "exclusions.toml", "programmes/rural_over60.toml"} <= names
    assert len(rulebook.rule_digest()) == 64


def test_a_value_needs_a_second_person_and_is_used_at_once_in_the_same_process(clerk, chief):
    before = rate("combat_test", month=month_of(2024, 2))
    proposal = proposed(clerk)
    assert rate("combat_test", month=month_of(2024, 2)) == before
    with pytest.raises(NotAllowed):
        approved(proposal, clerk)
    both = make.Actor(id=clerk.id, name=clerk.name, held=(*clerk.held, *chief.held))
    with pytest.raises(Conflict, match="两个人"):
        approved(proposal, both)
    approved(proposal, chief)
    assert rate("combat_test", month=month_of(2024, 2)) == 100_000
    assert rate("combat_test", month=month_of(2023, 12)) == rate("combat_test", month=month_of(2023, 11))
    with pytest.raises(Conflict, match="已通过"):
        approved(proposal, chief)


def test_a_rejection_says_why_and_adds_nothing(clerk, chief):
    proposal = proposed(clerk)
    with acting(chief):
        with pytest.raises(Invalid, match="理由"):
            actions.reject(proposal_id=proposal.id, reason=" ", by=chief, today=TODAY)
        actions.reject(proposal_id=proposal.id, reason="文号不对", by=chief, today=TODAY)
    with acting(clerk):
        assert Proposal.objects.get(pk=proposal.id).reason == "文号不对"
        assert not ParameterRow.objects.filter(proposal_id=proposal.id).exists()
    with pytest.raises(Conflict, match="已退回"):
        approved(proposal, chief)


def test_only_the_proposer_withdraws_and_only_before_a_decision(clerk, chief):
    other = make.actor("city_clerk", make.COUNTY, "另一位")
    proposal = proposed(clerk)
    with acting(other), pytest.raises(Conflict, match="只有提出人"):
        actions.withdraw(proposal_id=proposal.id, reason="", by=other, today=TODAY)
    with acting(clerk):
        actions.withdraw(proposal_id=proposal.id, reason="重做", by=clerk, today=TODAY)
    with pytest.raises(Conflict, match="已撤回"):
        approved(proposal, chief)


def test_a_place_outside_the_reach_is_refused(clerk):
    for place in (make.full_code("350582"), make.full_code("35"), 0):
        with pytest.raises(NotAllowed):
            proposed(clerk, division=place)
    with pytest.raises(Invalid, match="县级以上"):
        proposed(clerk, division=make.TOWN_A)


def test_a_proposal_of_another_county_does_not_exist_for_us(clerk):
    there = make.full_code("350582")
    proposal = proposed(make.actor("city_clerk", there), division=there)
    chief = make.actor("section_chief", make.COUNTY)
    with pytest.raises(NotFound):
        approved(proposal, chief)


# The database itself


def refused(code, run):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        run()
    assert caught.value.__cause__.sqlstate == code


def row_of(proposal, /, **values):
    return ParameterRow(
        **{
            "division": proposal.division,
            "table": "combat_test",
            "cell": "",
            "effective_on": proposal.effective_on,
            "known_since": TODAY,
            "recorded_at": make.now(),
            "mode": "set",
            "amount": 100_000,
            "written": "12000",
            "unit": "yuan/year",
            "document": proposal.document,
            "trust": "A",
            "proposal": proposal,
        }
        | values
    )


def test_the_database_refuses_a_row_that_two_persons_did_not_agree_to(clerk, chief):
    proposal = proposed(clerk)
    with acting(clerk):
        refused("VG411", lambda: row_of(proposal, proposal=None).save(force_insert=True))
        refused("VG412", lambda: row_of(proposal).save(force_insert=True))
    approved(proposal, chief)
    with acting(chief):
        refused("VG412", lambda: row_of(proposal, written="99000").save(force_insert=True))
        refused("VG412", lambda: row_of(proposal, table="ill_returned").save(force_insert=True))
        refused("VG412", lambda: row_of(proposal, document="另一份").save(force_insert=True))
        with pytest.raises(IntegrityError), transaction.atomic():
            row_of(proposal).save(force_insert=True)


def test_the_database_refuses_a_decision_by_the_proposer_or_in_another_name(clerk, chief):
    proposal = proposed(clerk)
    rows = Proposal.objects.filter(pk=proposal.id)
    with acting(clerk):
        with pytest.raises(IntegrityError, match="proposal_decided_by_another"), transaction.atomic():
            rows.update(state="approved", decided_by=clerk.id)
        refused("VG414", lambda: rows.update(state="approved", decided_by=chief.id))
        refused("VG415", lambda: rows.update(rows=[]))
        with pytest.raises(IntegrityError, match="decision_has_a_name"), transaction.atomic():
            rows.update(state="approved")
        refused("VG414", lambda: Proposal(**copied(proposal, proposed_by=chief.id)).save(force_insert=True))
    approved(proposal, chief)
    with acting(chief):
        refused("VG415", lambda: rows.update(state="rejected"))


def copied(proposal, /, **values):
    kept = ("division", "label", "document", "trust", "effective_on", "known_since", "rows", "proposed_by_name")
    return {name: getattr(proposal, name) for name in kept} | {"proposed_at": make.now()} | values


def test_no_role_changes_or_deletes_a_value_and_the_owner_is_stopped_too(as_owner):
    for statement in ("UPDATE benefits_parameterrow SET amount = 1", "DELETE FROM benefits_parameterrow"):
        with acting(make.system()), connection.cursor() as cursor:
            refused("42501", lambda text=statement, at=cursor: at.execute(text))
        with pytest.raises(psycopg.DatabaseError) as caught:
            as_owner.execute(statement)
        assert caught.value.sqlstate == "VG413"
        as_owner.rollback()


# What values mean


def test_old_values_stay_and_the_months_before_are_paid_as_before(clerk, chief):
    months = [month_of(year, month) for year in (2021, 2022, 2023) for month in range(1, 13)]
    before = [rate("combat_test", month=month) for month in months]
    with acting(make.system()):
        rows = set(ParameterRow.objects.values_list("id", "amount"))
    approved(proposed(clerk), chief)
    assert [rate("combat_test", month=month) for month in months] == before
    with acting(make.system()):
        assert rows < set(ParameterRow.objects.values_list("id", "amount"))


def test_two_increases_within_a_year_stack(clerk, chief):
    base = rate("combat_test", month=month_of(2025, 1))
    january = {"effective_on": date(2025, 1, 1), "document": "石狮市2025年自然增长"}
    growth = proposed(clerk, Asked("combat_test", "", "add", "100", "yuan/month"), **january)
    approved(growth, chief)
    assert rate("combat_test", month=month_of(2024, 12)) == base
    assert rate("combat_test", month=month_of(2025, 1)) == base + 10_000
    plan = {"division": make.full_code("35"), "effective_on": date(2025, 8, 1), "document": "福建省2025年标准"}
    proposal = proposed(make.system(), Asked("combat_test", "", "set", "30000", "yuan/year"), **plan)
    approved(proposal, make.actor("section_chief", make.full_code("35"), "省里"))
    assert rate("combat_test", month=month_of(2025, 7)) == base + 10_000
    assert rate("combat_test", month=month_of(2025, 8)) == 250_000 + 10_000


def test_a_rate_known_late_leaves_what_was_known_before_as_it_was(clerk, chief):
    before = rate("combat_test", month=month_of(2023, 9))
    late = {"effective_on": date(2023, 8, 1), "known_since": date(2023, 8, 20), "document": "2023年通知"}
    approved(proposed(clerk, **late), chief)
    assert rate("combat_test", month=month_of(2023, 9)) == 100_000
    assert rate("combat_test", month=month_of(2023, 9), known_on=date(2023, 12, 27)) == before
    assert rate("combat_test", month=month_of(2023, 9), known_on=TODAY) == 100_000


def test_what_was_approved_after_a_decision_stays_out_when_it_is_worked_out_again(clerk, chief):
    proposal = proposed(clerk)
    decision = new_id()
    approved(proposal, chief)
    with acting(make.system()):
        asked = {"place": make.COUNTY, "month": month_of(2024, 2)}
        now = sources.parameters(TODAY).lookup("combat_test", **asked).amounts
        then = sources.parameters(TODAY, not_after=decision).lookup("combat_test", **asked).amounts
    assert now == (100_000,)
    assert then == (93_500,)


# What is refused, with a sentence


def grid(**cells):
    return [
        Asked("disability_pension", cell.replace("_", "/"), "set", value, "yuan/year") for cell, value in cells.items()
    ]


def fields_of(by, *asked, **values):
    with pytest.raises(Invalid) as caught:
        proposed(by, *asked, **values)
    return caught.value.fields


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (Asked("combat_test", "", "set", "一千", "yuan/year"), "不是可用的数值"),
        (Asked("combat_test", "", "set", "-5", "yuan/year"), "不是可用的数值"),
        (Asked("combat_test", "", "set", "1.234", "yuan/month"), "不是可用的数值"),
        (Asked("combat_test", "", "set", "NaN", "yuan/month"), "不是可用的数值"),
        (Asked("combat_test", "", "set", "1e99", "yuan/month"), "不是可用的数值"),
        (Asked("combat_test", "", "set", "", "yuan/month"), "不能删除"),
        (Asked("combat_test", "x", "set", "1", "yuan/month"), "没有“x”这一档"),
        (Asked("combat_test", "", "set", "1", "count"), "单位"),
        (Asked("no_table", "", "set", "1", "count"), "没有“no_table”这张表"),
        (Asked("combat_test", "", "drop", "1", "yuan/month"), "方式"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named_with_a_sentence(clerk, asked, sentence):
    assert sentence in fields_of(clerk, asked)[asked.field]


def test_a_grade_that_is_not_paid_less_than_the_one_above_is_refused(clerk):
    found = fields_of(clerk, *grid(war_4="999996"))
    assert any("不低于更重的一级" in sentence for sentence in found.values())


def test_a_cause_that_is_paid_more_than_a_stronger_one_is_refused(clerk):
    found = fields_of(clerk, *grid(illness_3="119400"), explanation="核对过")
    assert any("高于更重的性质" in sentence for sentence in found.values())


def test_a_cell_that_must_not_exist_is_refused(clerk):
    assert "没有8级" in fields_of(clerk, *grid(illness_8="1200"))["disability_pension:illness/8"]


def test_warnings_want_an_explanation_and_stand_beside_the_proposal(clerk):
    odd = Asked("combat_test", "", "set", "36001", "yuan/year")
    found = fields_of(clerk, odd)
    assert "12整除" in found["combat_test:"]
    assert "理由" in found["explanation"]
    proposal = proposed(clerk, odd, explanation="文件原文如此")
    assert any("12整除" in sentence for sentence in proposal.warnings)
    wrong_year = fields_of(clerk, document="石狮市2022年标准的通知")
    assert any("年份" in sentence for sentence in wrong_year.values())


def test_a_value_below_the_one_in_force_wants_an_explanation(clerk):
    asked = Asked("combat_test", "", "set", "120", "yuan/year")
    assert "低于现行标准" in fields_of(clerk, asked)[asked.field]
    assert proposed(clerk, asked, explanation="更正上次的错误").state == "proposed"


def test_separators_and_full_width_digits_are_understood(clerk, chief):
    asked = Asked("combat_test", "", "set", "１２,０００ 元", "yuan/year")
    approved(proposed(clerk, asked), chief)
    assert rate("combat_test", month=month_of(2024, 2)) == 100_000
