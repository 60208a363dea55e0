"""What-if: equal to what happens when it is really done, kept to its own row, refused with a sentence, cancelled in the middle."""

from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from tests import builders as make
from vetgrid.benefits import rulebook, simulating
from vetgrid.benefits.actions import parameters
from vetgrid.benefits.actions import simulating as actions
from vetgrid.benefits.models import OPEN, Simulation, Spell
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.proposing import Asked
from vetgrid.benefits.queries.simulations import frame_of
from vetgrid.benefits.simulating import Assumptions, LineChange
from vetgrid.core.errors import Conflict, Invalid, NotAllowed
from vetgrid.core.ruling.columnar import determine
from vetgrid.core.ruling.months import month_of
from vetgrid.core.scope import acting

pytestmark = pytest.mark.django_db
TODAY = date(2023, 12, 28)
FIRST, LAST = month_of(2024, 1), month_of(2024, 6)
FACTS = (
    {"combat": 1, "domicile": 1},
    {"disability_grade": 3, "disability_cause": 1},
    {"disability_grade": 8, "disability_cause": 2},
    {"is_ill_returned": 1, "domicile": 1},
    {"returned_rural": 1, "enlisted": month_of(1984, 1), "discharged": month_of(1988, 1), "born": month_of(1964, 3)},
    {"returned_rural": 1, "enlisted": month_of(1990, 1), "discharged": month_of(1994, 1), "born": month_of(1972, 3)},
)


def people(*, each=1):
    """Some of every kind in each of two towns, without their files: only the spells that rules look at."""
    make.county()
    rows = []
    for place in (make.VILLAGE_A1, make.VILLAGE_B1):
        for at in range(each):
            for facts in FACTS:
                person = make.person(place, f"人{at}")
                known = {"born": month_of(1950, 1 + at % 12), "sex": 1} | facts
                rows.append(
                    Spell(
                        division=place, person=person, from_month=24000, to_month=OPEN, built_at=timezone.now(), **known
                    )
                )
    with acting(make.system()):
        Spell.objects.bulk_create(rows)


@pytest.fixture
def chief():
    people()
    return make.actor("section_chief", make.COUNTY, "股长")


def assumed(**values):
    return Assumptions(**{"first": FIRST, "last": LAST, "places": (make.COUNTY,), "rows_at": make.COUNTY} | values)


def asked(by, assumptions, *, division=make.COUNTY):
    with acting(by):
        return actions.ask(division=division, label="试算", assumptions=assumptions, by=by, today=TODAY)


def worked_out(by, assumptions):
    simulation = asked(by, assumptions)
    actions.run(simulation_id=simulation.id, by=by)
    with acting(by):
        return Simulation.objects.get(pk=simulation.id)


RAISE = ({"table": "combat_test", "cell": "", "mode": "set", "value": "1500", "unit": "yuan/month"},)


def totals(by):
    """What the rules really give now, by programme and month."""
    with acting(by):
        frame, counties = frame_of(
            first=FIRST, last=LAST, places=[make.COUNTY], seen_by=by, permission=BenefitsPermission.RUN
        )
        months = range(FIRST, LAST + 1)
        found = determine(rulebook.rulebook(), rulebook.parameters(), frame, months=months, places=counties)
        return [{key: int(amounts[key].sum()) for key in amounts.columns} for _, amounts in found]


def test_what_a_simulation_says_is_what_happens_when_it_is_really_done(chief):
    simulation = worked_out(chief, assumed(rows=RAISE))
    clerk = make.actor("city_clerk", make.COUNTY, "专干")
    before = totals(chief)
    with acting(clerk):
        proposal = parameters.propose(
            division=make.COUNTY,
            label="提标",
            document="石狮市2024年标准",
            trust="A",
            effective_on=date(2024, 1, 1),
            known_since=TODAY,
            asked=[Asked(**RAISE[0])],
            by=clerk,
            today=TODAY,
        )
    with acting(chief):
        parameters.approve(proposal_id=proposal.id, by=chief, today=TODAY)
    after = totals(chief)
    by_month = simulation.result["by_month"]
    assert [month["before"] for month in by_month] == [sum(month.values()) for month in before]
    assert [month["after"] for month in by_month] == [sum(month.values()) for month in after]
    for line in simulation.result["by_programme"]:
        assert line["before"] == sum(month[line["key"]] for month in before)
        assert line["after"] == sum(month[line["key"]] for month in after)
    assert sum(month["after"] - month["before"] for month in by_month) > 0


def test_nothing_but_its_own_row_is_written(chief):
    simulation = asked(chief, assumed(rows=RAISE, ageing_years=3))

    def counted():
        found = {}
        with acting(make.system()), connection.cursor() as cursor:
            for model in apps.get_models():
                cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
                found[model._meta.db_table] = cursor.fetchone()[0]
            cursor.execute("SELECT count(*), max(built_at) FROM benefits_spell")
            found["spells"] = cursor.fetchone()
        return found

    before = counted()
    actions.run(simulation_id=simulation.id, by=chief)
    after = counted()
    trail = {"audit_entry"}
    assert {key: value for key, value in before.items() if key not in trail} == {
        key: value for key, value in after.items() if key not in trail
    }
    with acting(make.system()), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT table_name FROM audit_entry WHERE row_id = %s", [str(simulation.id)])
        assert cursor.fetchall() == [("benefits_simulation",)]


def test_the_result_holds_sums_and_counts_and_no_person(chief):
    result = worked_out(chief, assumed(rows=RAISE)).result
    with acting(make.system()):
        ids = [str(person) for person in Spell.objects.values_list("person_id", flat=True)]
    assert result["people"] == len(ids) == 12
    assert not any(person in str(result) for person in ids)


def test_winners_losers_places_and_months_add_up_to_the_difference(chief):
    lower = {"table": "ill_returned", "cell": "", "mode": "set", "value": "100", "unit": "yuan/month"}
    result = worked_out(chief, assumed(rows=(*RAISE, lower))).result
    gained = sum(month["after"] - month["before"] for month in result["by_month"])
    assert result["winners"]["people"] == 2
    assert result["losers"]["people"] == 2
    assert result["winners"]["fen"] + result["losers"]["fen"] == gained
    assert sum(place["after"] - place["before"] for place in result["by_place"]) == gained
    assert sum(line["after"] - line["before"] for line in result["by_programme"]) == gained
    assert [place["division"] for place in result["by_place"]] == [make.TOWN_A, make.TOWN_B]
    assert all(len(place["months"]) == LAST - FIRST + 1 for place in result["by_place"])


def test_an_older_population_turns_sixty_sooner(chief):
    result = worked_out(chief, assumed(ageing_years=12)).result
    rural = next(line for line in result["by_programme"] if line["key"] == "rural_over60")
    assert rural["people_before"] == 2
    assert rural["people_after"] == 4
    assert worked_out(chief, assumed(ageing_years=1)).result["winners"]["people"] == 2


def rule_since(programme):
    return rulebook.rulebook().programmes[programme].rule_in(FIRST).since


def changed(programme, name, expression):
    return LineChange(programme, rule_since(programme), name, expression)


def test_another_rule_line_changes_who_is_entitled(chief):
    line = changed("rural_over60", "is_60", "born > 0 and month >= born + 600")
    result = worked_out(chief, assumed(lines=(line,))).result
    rural = next(line for line in result["by_programme"] if line["key"] == "rural_over60")
    assert (rural["people_before"], rural["people_after"]) == (2, 4)


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("born > ", "不是一个完整的算式"),
        ("__import__('os')", "没有这个"),
        ("nobody > 3", "没有“nobody”这个名称"),
        ("born + 1", "原来是条件"),
        ("sex > 1", "这里要数字"),
        ("sex == 'nobody'", "没有“nobody”"),
        ("rate('no_table') > 1", "查表"),
        ("born > 9" + "9" * 30, "数字太大"),
        ("born.real > 1", "没有的写法"),
        ("", "请填写算式"),
        ("(" * 240 + "True" + ")" * 240, "不是一个完整的算式"),
        ("not " * 120 + "True", "嵌套太深"),
        ("0 < " + "-" * 200 + "1", "嵌套太深"),
        ("x" * 600, "最多"),
    ],
)
def test_a_wrong_expression_is_refused_with_a_sentence(chief, expression, sentence):
    with pytest.raises(Invalid) as caught:
        asked(chief, assumed(lines=(changed("rural_over60", "is_60", expression),)))
    text = caught.value.fields["rural_over60:is_60"]
    assert sentence in text or "没有“__import__”这个函数" in text


def test_a_line_that_does_not_exist_is_refused(chief):
    for line in (LineChange("no", 1, "x", "1"), LineChange("rural_over60", 1, "is_60", "True")):
        with pytest.raises(Invalid, match="不存在"):
            asked(chief, assumed(lines=(line,)))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "rows"),
        ({"ageing_years": -1}, "ageing_years"),
        ({"ageing_years": 99}, "ageing_years"),
        ({"ageing_years": 1, "last": FIRST - 1}, "last"),
        ({"ageing_years": 1, "last": FIRST + 60}, "last"),
        ({"ageing_years": 1, "places": ()}, "places"),
        (
            {"rows": ({"table": "combat_test", "cell": "", "mode": "set", "value": "x", "unit": "yuan"},)},
            "combat_test:",
        ),
    ],
)
def test_assumptions_that_make_no_sense_are_named_field_by_field(chief, values, field):
    with pytest.raises(Invalid) as caught:
        asked(chief, assumed(**values))
    assert field in caught.value.fields


def test_a_cancelled_simulation_stops_and_says_so(chief):
    simulation = asked(chief, assumed(rows=RAISE))
    with acting(chief):
        actions.cancel(simulation_id=simulation.id, by=chief, today=TODAY)
    actions.run(simulation_id=simulation.id, by=chief)
    with acting(chief):
        found = Simulation.objects.get(pk=simulation.id)
        assert (found.state, found.done, found.result) == ("cancelled", 0, {})
        with pytest.raises(Conflict):
            actions.cancel(simulation_id=simulation.id, by=chief, today=TODAY)


def test_a_simulation_cancelled_in_the_middle_keeps_no_result(chief, monkeypatch):
    simulation = asked(chief, assumed(rows=RAISE))
    steps = simulating.Comparison.steps

    def with_a_cancel(comparison):
        for done in steps(comparison):
            if done == 3:
                with acting(chief):
                    actions.cancel(simulation_id=simulation.id, by=chief, today=TODAY)
            yield done

    monkeypatch.setattr(simulating.Comparison, "steps", with_a_cancel)
    actions.run(simulation_id=simulation.id, by=chief)
    with acting(chief):
        found = Simulation.objects.get(pk=simulation.id)
    assert (found.state, found.done, found.result) == ("cancelled", 2, {})


def test_a_simulation_taken_up_again_after_a_crash_gives_the_same_result(chief):
    once = worked_out(chief, assumed(rows=RAISE)).result
    simulation = asked(chief, assumed(rows=RAISE))
    with acting(chief):
        Simulation.objects.filter(pk=simulation.id).update(state="running", done=4)
    actions.run(simulation_id=simulation.id, by=chief)
    with acting(chief):
        assert Simulation.objects.get(pk=simulation.id).result == once


def test_the_frame_holds_only_people_within_the_reach(chief):
    outsider = make.actor("section_chief", make.full_code("350582"))
    with acting(outsider):
        frame, _ = frame_of(
            first=FIRST, last=LAST, places=[make.COUNTY], seen_by=outsider, permission=BenefitsPermission.RUN
        )
    assert len(frame) == 0
    with pytest.raises(NotAllowed):
        asked(outsider, assumed(rows=RAISE), division=make.full_code("350582"))
    one_town = worked_out(chief, assumed(rows=RAISE, places=(make.TOWN_B,))).result
    assert one_town["people"] == len(FACTS)
    assert [place["division"] for place in one_town["by_place"]] == [make.TOWN_B]


def test_a_proposals_impact_is_worked_out_over_its_first_year(chief):
    clerk = make.actor("city_clerk", make.COUNTY, "专干")
    with acting(clerk):
        proposal = parameters.propose(
            division=make.COUNTY,
            label="提标",
            document="石狮市2024年标准",
            trust="A",
            effective_on=date(2024, 1, 1),
            known_since=TODAY,
            asked=[Asked(**RAISE[0])],
            by=clerk,
            today=TODAY,
        )
        simulation = actions.for_proposal(proposal, by=clerk, today=TODAY)
    actions.run(simulation_id=simulation.id, by=clerk)
    with acting(clerk):
        result = Simulation.objects.get(pk=simulation.id).result
    assert len(result["by_month"]) == 12
    assert result["winners"]["people"] == 2


def test_nobody_is_there_and_everything_is_zero():
    make.county()
    by = make.actor("section_chief", make.COUNTY)
    result = worked_out(by, assumed(rows=RAISE)).result
    assert result["people"] == 0
    assert sum(month["after"] for month in result["by_month"]) == 0
