"""Many tills at once, on connections of their own that really commit: one use is used once, one code serves once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests import builders as make
from vetgrid.core.scope import acting
from vetgrid.offers import signing
from vetgrid.offers.actions import redeeming
from vetgrid.offers.models import Offer, OfferCode, Receipt, Redemption, Try
from vetgrid.offers.tests import alliance

pytestmark = pytest.mark.faults
MANY, TILLS = 500, 50


def all_at_once(redeem, texts) -> list[str]:
    """Every text redeemed, by as many connections as there are tills, all beginning at the same moment."""
    begin = threading.Barrier(TILLS)

    def till(at: int) -> list[str]:
        begin.wait()
        try:
            return [redeem(text) for text in texts[at::TILLS]]
        finally:
            connection.close()

    with ThreadPoolExecutor(TILLS) as pool:
        return [key for found in pool.map(till, range(TILLS)) for key in found]


@pytest.fixture
def place(own_database, monkeypatch):
    make.staffed_county()
    merchant = alliance.merchant()
    # The codes of this test are shown before the crowd starts; on a slow machine the crowd takes longer than a code lives.
    monkeypatch.setattr(signing, "is_current", lambda step, *, at, grace: True)
    return {"merchant": merchant, "shop": alliance.till(merchant), "person": alliance.entitled()}


def test_of_five_hundred_redemptions_of_an_offer_with_one_use_left_one_succeeds(place):
    last = alliance.offer(place["merchant"], "最后一份", limit=1)
    texts = [alliance.code(place["person"]).text for _ in range(MANY)]
    found = all_at_once(lambda text: alliance.redeem(place["shop"], last, text).key, texts)
    assert found.count("ok") == 1 and found.count("sold_out") == MANY - 1
    with acting(make.system()):
        assert Offer.objects.get(pk=last.pk).uses_left == 0
        assert Redemption.objects.count() == Receipt.objects.count() == 1
        assert OfferCode.objects.filter(used_at__isnull=False).count() == 1, "the others keep their code"


def test_of_five_hundred_uses_of_one_code_one_succeeds(place):
    offer = alliance.offer(place["merchant"])
    text = alliance.code(place["person"]).text
    found = all_at_once(lambda text: alliance.redeem(place["shop"], offer, text).key, [text] * MANY)
    assert found.count("ok") == 1 and found.count("replayed") == MANY - 1
    with acting(make.system()):
        assert Redemption.objects.count() == 1 and Try.objects.filter(verdict="replayed").count() == MANY - 1


def test_dead_codes_are_forgotten_and_what_was_redeemed_stays(place):
    offer, person = alliance.offer(place["merchant"]), place["person"]
    assert alliance.redeem(place["shop"], offer, alliance.code(person).text).is_good
    with acting(make.system()):
        alliance.code(person)
        OfferCode.objects.create(
            division=person.division, opaque=1, short="00000000", step=signing.current_step() - 4000, person=person
        )
        assert redeeming.forget_codes(by=make.system()) == 1
        assert OfferCode.objects.count() == 2 and Receipt.objects.count() == 1
