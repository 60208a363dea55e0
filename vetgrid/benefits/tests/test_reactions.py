"""What happens in the registry reaches benefits: facts, moves, merges."""

from datetime import date

import pytest

from tests import builders as make
from vetgrid.benefits.models import Award, AwardPeriod, BenefitFact, Pending, Spell
from vetgrid.benefits.spelling import settle
from vetgrid.benefits.tests.county import TODAY, awarded, disabled, old_soldier
from vetgrid.core.events import announce
from vetgrid.core.ruling.months import month_of
from vetgrid.core.scope import acting
from vetgrid.registry.actions import write_fact
from vetgrid.registry.actions.writing import Origin
from vetgrid.registry.events import PersonLeft, PersonMerged
from vetgrid.registry.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return make.staffed_county()


def test_an_edit_of_the_file_marks_the_person_and_settling_makes_the_spells_anew(county):
    who = old_soldier()
    clerk = county["as_clerk"]
    with acting(clerk):
        write_fact(
            person_id=who.id,
            section_key="employment",
            values={"code": "retired"},
            origin=Origin("self_report"),
            by=clerk,
            today=TODAY,
        )
    with acting(make.system()):
        assert Pending.objects.filter(person=who).count() == 1
        assert settle(make.COUNTY) == [who.id]
        assert not Pending.objects.exists()
        assert Spell.objects.filter(person=who, has_employee_pension=1).exists()
        assert settle(make.COUNTY) == []


def test_who_leaves_the_county_is_paid_to_december_and_the_fact_is_kept(county):
    who = disabled()
    award = awarded(who, "disability_pension")
    with acting(make.system()):
        Person.objects.filter(pk=who.pk).update(left_on=date(2023, 5, 6))
        announce(PersonLeft(who.id, who.division), by=make.system(), today=TODAY)
        assert BenefitFact.objects.get(person=who, group="residence").values == {"moved_out": "2023-05"}
        assert AwardPeriod.objects.get(award=award).to_month == month_of(2024, 1)


def test_merged_files_receive_once(county):
    kept, gone = disabled(), disabled(name="同一人")
    awarded(kept, "disability_pension")
    awarded(gone, "disability_pension")
    awarded(gone, "nursing_fee")
    with acting(make.system()):
        Person.objects.filter(pk=gone.pk).update(merged_into=kept)
        event = PersonMerged(kept.id, gone.id, kept.division, gone.division, kept_is_living_veteran=False)
        announce(event, by=make.system(), today=TODAY)
        assert not Award.objects.filter(person=gone).exclude(state="stopped").exists()
        open_ones = Award.objects.filter(person=kept).exclude(state="stopped")
        assert sorted(open_ones.values_list("programme", flat=True)) == ["disability_pension", "nursing_fee"]
