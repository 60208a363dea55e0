"""Somebody moves in from another county: what that one paid is not paid again, and no month is lost between the two."""

from datetime import date

import pytest
from django.test import Client

from tests import builders as make
from vetgrid.benefits.actions import Transfer, move_in
from vetgrid.benefits.models import Award, AwardEvent, BenefitFact, Decision
from vetgrid.benefits.paying import draft_month
from vetgrid.benefits.rules import owed_by_the_old_place, takeover_month
from vetgrid.benefits.spelling import refresh_places
from vetgrid.benefits.tests.county import COUNTY, TODAY, benefit_fact, disabled
from vetgrid.core.errors import Conflict, Invalid, NotAllowed
from vetgrid.core.ruling.months import month_of
from vetgrid.core.scope import acting
from vetgrid.payments.models import Claim, PayLine
from vetgrid.payments.tests import paying
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db
RATE = 8_231_67
"""残疾抚恤金, 因战三级, a month from August 2023 on; before that 7,693.33."""
BEFORE = 7_693_33


@pytest.fixture
def office():
    return paying.Office()


def letter(**values):
    told = {
        "programme": "disability_pension",
        "moved_on": date(2023, 3, 10),
        "from_place": "晋江市",
        "paid_until": month_of(2023, 12),
        "paid_fen": 8_000_00,
        "document": "优抚关系转移证明〔2023〕7号",
    }
    return Transfer(**told | values)


def arrives(office, who, today=TODAY, **values):
    chief = office.found["as_section"]
    with acting(chief):
        return move_in(person_id=who.id, transfer=letter(**values), by=chief, today=today)


def owed(office, month, today):
    """What the month's run pays each payee, and the months that it claims something for."""
    with acting(make.system()):
        refresh_places(COUNTY)
    run = office.act(office.maker, draft_month, division=make.COUNTY, month=month, today=today)
    with acting(make.system()):
        lines = dict(PayLine.objects.filter(run=run).values_list("payee__name", "amount_fen"))
        months = set(Claim.objects.filter(run=run, determined_fen__gt=0).values_list("month", flat=True))
    return lines, sorted(months)


@pytest.mark.parametrize(
    ("moved", "until", "takes_over", "gap"),
    [
        (date(2023, 3, 10), (2023, 12), (2024, 1), None),
        (date(2023, 12, 31), (2023, 12), (2024, 1), None),
        (date(2023, 3, 10), (2024, 2), (2024, 3), None),
        (date(2023, 3, 10), (2023, 9), (2024, 1), ((2023, 10), (2023, 12))),
        (date(2023, 3, 10), (2023, 1), (2024, 1), ((2023, 2), (2023, 12))),
    ],
)
def test_the_old_place_pays_to_december_and_the_new_one_from_where_it_ended(moved, until, takes_over, gap):
    paid_until = month_of(*until)
    assert takeover_month(moved, paid_until=paid_until) == month_of(*takes_over)
    expected = None if gap is None else (month_of(*gap[0]), month_of(*gap[1]))
    assert owed_by_the_old_place(moved, paid_until=paid_until) == expected


def test_every_month_belongs_to_exactly_one_of_the_two_places():
    for month in range(1, 13):
        for paid_until in range(month_of(2022, 12), month_of(2024, 6)):
            moved = date(2023, month, 15)
            here, gap = (
                takeover_month(moved, paid_until=paid_until),
                owed_by_the_old_place(moved, paid_until=paid_until),
            )
            there = set(range(month_of(2022, 1), paid_until + 1)) | (set(range(gap[0], gap[1] + 1)) if gap else set())
            assert not there & set(range(here, month_of(2025, 1)))
            assert there | set(range(here, month_of(2025, 1))) == set(range(month_of(2022, 1), month_of(2025, 1)))


def test_the_year_of_the_move_is_not_paid_here_and_january_is(office):
    who = disabled()
    award = arrives(office, who)
    assert (award.state, award.from_month) == ("active", month_of(2024, 1))
    with pytest.raises(Invalid, match="没有可发放的核定"):
        owed(office, month_of(2023, 12), TODAY)
    lines, months = owed(office, month_of(2024, 1), date(2024, 1, 10))
    assert (lines, months) == ({"伤残一": RATE}, [date(2024, 1, 1)])
    with acting(make.system()):
        event = AwardEvent.objects.get(award=award)
        assert (event.kind, event.month, event.source) == ("move_in", month_of(2024, 1), "transfer")
        assert (event.paid_until, event.paid_fen) == (month_of(2023, 12), 8_000_00)
        assert "由晋江市迁入,原地按月8,000.00元发放至2023年12月,本地从2024年1月起接续" in event.reason.replace(
            "8000", "8,000"
        )
        assert Decision.objects.get(pk=award.decision_id).amount_fen == RATE
        assert not WorkItem.objects.filter(kind="benefit_gap").exists()


def test_what_the_other_county_paid_beyond_december_is_not_paid_again(office):
    arrives(office, disabled(), paid_until=month_of(2024, 2))
    lines, months = owed(office, month_of(2024, 3), date(2024, 3, 10))
    assert (lines, months) == ({"伤残一": RATE}, [date(2024, 3, 1)])


def test_a_move_that_is_told_late_is_paid_from_its_january_on_at_the_rates_of_each_month(office):
    arrives(office, disabled(), moved_on=date(2022, 5, 4), paid_until=month_of(2022, 12))
    lines, months = owed(office, month_of(2023, 12), TODAY)
    assert months == [date(2023, month, 1) for month in range(1, 13)]
    assert lines == {"伤残一": 7 * BEFORE + 5 * RATE}


def test_months_that_the_other_county_still_owes_are_named_and_become_an_item(office):
    who = disabled()
    award = arrives(office, who, paid_until=month_of(2023, 9))
    with acting(make.system()):
        item = WorkItem.objects.get(kind="benefit_gap", subject_id=who.id)
        reason = AwardEvent.objects.get(award=award).reason
    assert "2023年10月至2023年12月的残疾抚恤金由原地补发" in item.title
    assert item.owner_id is not None and "晋江市" in item.next_step
    assert reason.endswith("2023年10月至2023年12月应由原地补发")
    with pytest.raises(Invalid, match="没有可发放的核定"):
        owed(office, month_of(2023, 12), TODAY)


def test_somebody_who_left_and_comes_back_is_paid_again_and_his_years_away_are_not(office):
    who = disabled()
    benefit_fact(who, "residence", moved_out="2020-06", domicile="rural")
    arrives(office, who, moved_on=date(2022, 5, 4), paid_until=month_of(2022, 12))
    _, months = owed(office, month_of(2023, 12), TODAY)
    assert months == [date(2023, month, 1) for month in range(1, 13)]
    with acting(make.system()):
        facts = BenefitFact.objects.filter(person=who, group="residence", known_until=None).order_by("from_month")
        assert [(fact.values, fact.from_month, fact.to_month) for fact in facts] == [
            ({"moved_out": "2020-06", "domicile": "rural"}, 0, month_of(2022, 5)),
            ({"moved_in": "2022-05", "domicile": "rural"}, month_of(2022, 5), None),
        ]


def test_a_second_benefit_of_the_same_move_is_taken_over_and_the_same_one_twice_is_refused(office):
    who = disabled(grade=1)
    benefit_fact(who, "nursing", provision="dispersed")
    arrives(office, who)
    with acting(make.system()):
        refresh_places(COUNTY)
    arrives(office, who, programme="nursing_fee", paid_fen=3_000_00)
    with pytest.raises(Conflict, match="已有“残疾抚恤金”在发放"):
        arrives(office, who)
    with pytest.raises(Conflict, match="已登记2023年3月迁入"):
        arrives(office, who, moved_on=date(2023, 4, 1))
    with acting(make.system()):
        assert Award.objects.filter(person=who, state="active").count() == 2
        assert BenefitFact.objects.filter(person=who, group="residence", known_until=None).count() == 1


def test_who_is_not_entitled_here_is_not_taken_over_and_nothing_is_left_behind(office):
    who = make.person(make.VILLAGE_A1, "没有评残")
    with pytest.raises(Conflict, match="没有残疾等级评定"):
        arrives(office, who)
    with acting(make.system()):
        assert not BenefitFact.objects.filter(person=who).exists()


def test_wrong_letters_are_sentences_and_only_who_decides_may_take_over(office):
    who = disabled()
    with pytest.raises(Invalid, match="不能在今天以后"):
        arrives(office, who, moved_on=date(2024, 1, 1))
    with pytest.raises(Invalid, match="只有按月发放"):
        arrives(office, who, programme="hardship_aid")
    with pytest.raises(Invalid, match="转移证明"):
        arrives(office, who, document=" ")
    clerk = office.found["as_clerk"]
    with acting(clerk), pytest.raises(NotAllowed):
        move_in(person_id=who.id, transfer=letter(), by=clerk, today=TODAY)


def test_the_page_takes_the_letter_and_shows_what_follows(office):
    who = disabled()
    client = Client()
    make.sign_in(client, make.user("chief", ("section_chief", make.COUNTY)))
    at = f"/people/{who.id}/benefits"
    assert "迁入接续" in client.get(at).content.decode()
    form = {
        "programme": "disability_pension",
        "moved_on": "2023-03-10",
        "from_place": "晋江市",
        "paid_until": "2023-12",
    }
    assert client.post(f"{at}/move-in", form).status_code == 422
    form |= {"paid_yuan": "8000.50", "document": "转移证明7号"}
    answer = client.post(f"{at}/move-in", form)
    assert answer.status_code == 302, answer.content.decode()[-900:]
    page = client.get(at).content.decode()
    assert "迁入" in page and "原地按月" in page and "2024年1月起" in page
    with acting(make.system()):
        assert AwardEvent.objects.get(kind="move_in").paid_fen == 8_000_50


def test_two_counties_of_one_platform_never_pay_the_same_month(office):
    """Even with a letter that is wrong, the gate stops the month that the other county's file was paid for."""
    number = make.id_number("35058119480202003")
    who = disabled(id_number=number)
    there = paying.payee("伤残一", id_number=number)
    paying.give_account(who, "6222000000000001")
    january = date(2024, 1, 1)
    paying.draft(office, [paying.claim(there, RATE, month=january, purpose="disability_pension")])
    arrives(office, who)
    with acting(make.system()):
        refresh_places(COUNTY)
    run = office.act(office.maker, draft_month, division=make.COUNTY, month=month_of(2024, 1), today=date(2024, 1, 10))
    run = paying.gate(office, run, today=date(2024, 1, 10))
    with acting(make.system()):
        assert "paid_elsewhere" in set(run.findings.filter(line__payee=who).values_list("check_key", flat=True))
