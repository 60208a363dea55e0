"""What happens elsewhere and concerns offers: merged files, merged villages, a death, a card that ended."""

import pytest

from tests import builders as make
from tests import phone
from vetgrid.core.scope import acting
from vetgrid.offers import entitlement
from vetgrid.offers.actions import complaining
from vetgrid.offers.models import Complaint, Merchant, Offer, Receipt, Redemption
from vetgrid.offers.tests import alliance
from vetgrid.orgs.actions import merge_division
from vetgrid.registry.actions.merging import merge
from vetgrid.registry.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    found = make.staffed_county()
    with acting(make.system()):
        make.staff(make.VILLAGE_A2, "邻村专干", post="affairs_officer")
    merchant = alliance.merchant()
    return found | {
        "merchant": merchant,
        "offer": alliance.offer(merchant),
        "shop": alliance.till(merchant),
        "person": alliance.entitled(make.VILLAGE_A2, "王建国", phone="13700001111"),
    }


def complained(person, offer):
    device = phone.citizen(person)
    assert device.post(f"/citizen/offers/{offer.id}/refused").status_code == 200
    with acting(make.system()):
        return Complaint.objects.get()


def test_the_kept_file_takes_over_the_complaint_and_a_receipt_stays_as_it_was_written(place):
    row = complained(place["person"], place["offer"])
    assert alliance.redeem(place["shop"], place["offer"], alliance.code(place["person"]).text).is_good
    kept = alliance.entitled(make.VILLAGE_B1, "王建国")
    with acting(make.system()):
        merge(kept_id=kept.id, absorbed_id=place["person"].id, by=make.system(), today=make.TODAY)
        assert Complaint.objects.get(pk=row.pk).person_id == kept.id
        assert Receipt.objects.get().person_id == place["person"].id
        assert entitlement.classes_of(Person.objects.get(pk=place["person"].pk), on=make.TODAY) == ()


def test_a_merged_villages_merchants_offers_and_open_complaints_go_to_the_other_station(place):
    row = complained(place["person"], place["offer"])
    assert alliance.redeem(place["shop"], place["offer"], alliance.code(place["person"]).text).is_good
    old, into = place["merchant"].division, make.VILLAGE_A2
    with acting(make.system()):
        merge_division(code=old, into=into, document="测试文件", by=make.system(), today=make.TODAY)
        merchant = Merchant.objects.select_related("station").get(pk=place["merchant"].pk)
        assert (merchant.division, merchant.station.division) == (into, into)
        assert Offer.objects.get(pk=place["offer"].pk).division == into, "what hangs on a merchant moves with it"
        assert Redemption.objects.get().division == into
        moved = Complaint.objects.select_related("station").get(pk=row.pk)
        assert (moved.division, moved.station.division) == (into, into)


def test_a_complaint_that_was_called_back_stays_where_it_was_handled(place):
    row = complained(place["person"], place["offer"])
    by = place["as_town_boss"]
    for key in ("ask", "dismiss", "call_back"):
        with acting(by):
            complaining.move_complaint(complaint_id=row.id, key=key, note="说明", by=by, today=make.TODAY)
    old = place["merchant"].division
    with acting(make.system()):
        merge_division(code=old, into=make.VILLAGE_A2, document="测试文件", by=make.system(), today=make.TODAY)
        assert Complaint.objects.get(pk=row.pk).division == old
