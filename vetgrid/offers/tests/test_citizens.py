"""At the mini-program: my code, offers near me, receipts, and one tap when something was not honoured."""

import pytest
import zxingcpp
from PIL import Image

from tests import builders as make
from tests import phone
from vetgrid.core.scope import acting
from vetgrid.offers import signing
from vetgrid.offers.models import Complaint, Redemption
from vetgrid.offers.tests import alliance
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    make.staffed_county()
    merchant = alliance.merchant()
    person = alliance.entitled(make.VILLAGE_B1, "王建国", "11", "70", phone="13700001111")
    return {
        "merchant": merchant,
        "offer": alliance.offer(merchant),
        "shop": alliance.till(merchant),
        "person": person,
        "phone": phone.citizen(person),
    }


def test_my_code_is_shown_and_redeemed_and_my_receipt_has_the_merchants_number(place):
    shown = place["phone"].post("/citizen/offer-codes").json()
    assert "<svg" in shown["svg"] and len(shown["short"]) == 8 and 0 < shown["seconds"] <= 33
    assert shown["classes"] == ["残疾军人", "退役士兵"]
    for secret in ("王建国", "13700001111", str(place["person"].id), place["person"].id.hex):
        assert secret not in shown["text"]
    verdict = alliance.redeem(place["shop"], place["offer"], shown["text"])
    assert verdict.is_good
    receipts = place["phone"].get("/citizen/offer-receipts").json()["items"]
    assert [row["number"] for row in receipts] == [verdict.number]


def test_the_rows_for_the_canvas_are_the_dots_of_the_code_that_a_decoder_reads(place):
    shown = place["phone"].post("/citizen/offer-codes").json()
    side = len(shown["rows"])
    assert side >= 21 and {len(row) for row in shown["rows"]} == {side} and set("".join(shown["rows"])) == {"0", "1"}
    picture = Image.new("1", (side + 8, side + 8), 1)
    for y, row in enumerate(shown["rows"]):
        for x, dot in enumerate(row):
            picture.putpixel((x + 4, y + 4), int(dot == "0"))
    found = zxingcpp.read_barcodes(picture.resize(((side + 8) * 4, (side + 8) * 4)).convert("L"))
    assert [one.text for one in found] == [shown["text"]]


def test_without_a_point_offers_go_by_town_and_ones_own_town_is_marked(place):
    far = alliance.merchant(make.VILLAGE_B1, "乙镇茶行")
    alliance.offer(far, "茶叶九折")
    towns = place["phone"].get("/citizen/alliance/towns").json()
    assert [row["code"] for row in towns if row["is_own"]] == [str(make.TOWN_B)]
    here = place["phone"].get(f"/citizen/offers?town={make.TOWN_B}").json()["items"]
    assert [row["merchant"] for row in here] == ["乙镇茶行"]
    assert len(place["phone"].get("/citizen/offers?town=").json()["items"]) == 2
    assert len(place["phone"].get("/citizen/offers?town=x' OR 1").json()["items"]) == 2
    one = place["phone"].get(f"/citizen/offers/{place['offer'].id}").json()
    assert one["paper"].startswith("崇军联盟协议") and one["station"] and one["from_on"] and "优待码" in one["document"]


def test_two_codes_of_one_person_have_nothing_in_common(place):
    one, other = (place["phone"].post("/citizen/offer-codes").json()["text"].split("-") for _ in range(2))
    assert one[3] != other[3] and one[4] != other[4]


def test_whoever_acts_for_somebody_shows_no_code(place):
    helper = phone.helper(place["person"])
    answer = helper.post("/citizen/offer-codes")
    assert answer.status_code == 403 and "本人" in answer.json()["title"]


def test_somebody_without_a_class_gets_a_sentence_instead_of_a_code(place):
    plain = phone.citizen(make.person(make.VILLAGE_A1, "无类别"), "13900009999")
    answer = plain.post("/citizen/offer-codes")
    assert answer.status_code == 403 and "优待对象" in answer.json()["title"]


def test_the_nearest_come_first_and_a_search_goes_by_name(place):
    far = alliance.merchant(make.VILLAGE_B1, "甲远处茶行", lat_e6=alliance.LAT + 9_000)
    alliance.offer(far, "茶叶九折")
    near = place["phone"].get(f"/citizen/offers?lat={alliance.LAT / 1e6}&lng={alliance.LNG / 1e6}").json()["items"]
    assert [row["merchant"] for row in near] == ["同心餐馆", "甲远处茶行"]
    assert near[0]["metres"] == 0 and 900 < near[1]["metres"] < 1100
    named = place["phone"].get("/citizen/offers").json()["items"]
    assert sorted(row["merchant"] for row in named) == [row["merchant"] for row in named]
    found = place["phone"].get("/citizen/offers?q=茶叶").json()["items"]
    assert [row["title"] for row in found] == ["茶叶九折"]
    assert near[0]["honour"] == "90天内没有核销记录,还没有人确认过"


def test_one_tap_on_an_offer_opens_one_item_at_the_merchants_station(place):
    first = place["phone"].post(f"/citizen/offers/{place['offer'].id}/refused")
    again = place["phone"].post(f"/citizen/offers/{place['offer'].id}/refused")
    assert first.status_code == 200 and first.json()["number"] == again.json()["number"]
    with acting(make.system()):
        row, item = Complaint.objects.get(), WorkItem.objects.get(kind="offer_complaint")
    assert row.person_id == place["person"].id and row.phone.reveal() == "13700001111"
    assert item.division == place["merchant"].division
    assert place["phone"].get("/citizen/offer-complaints").json()[0]["state"] == "待处理"


def test_one_tap_on_a_receipt_takes_the_redemption_back(place):
    text = place["phone"].post("/citizen/offer-codes").json()["text"]
    alliance.redeem(place["shop"], place["offer"], text)
    receipt = place["phone"].get("/citizen/offer-receipts").json()["items"][0]
    answer = place["phone"].post(f"/citizen/offer-receipts/{receipt['id']}/refused", {"text": "没有打折"})
    assert answer.status_code == 200, answer.content.decode()
    with acting(make.system()):
        assert Redemption.objects.get().outcome == "refused"
        assert Complaint.objects.get().text.reveal() == "没有打折"
    honour = place["phone"].get(f"/citizen/offers/{place['offer'].id}").json()
    assert honour["honour_percent"] == 0


def test_one_tap_on_an_item_of_the_list_goes_to_the_county(place):
    item = alliance.item(level="nation")
    answer = place["phone"].post(f"/citizen/preferences/{item.id}/refused")
    assert answer.status_code == 200, answer.content.decode()
    with acting(make.system()):
        assert WorkItem.objects.get(kind="offer_complaint").division == make.COUNTY
    listed = place["phone"].get("/citizen/preferences").json()
    assert [row["title"] for row in listed] == ["免费乘坐公交车"]


def test_nobody_complains_about_the_receipt_of_another(place):
    alliance.redeem(place["shop"], place["offer"], place["phone"].post("/citizen/offer-codes").json()["text"])
    receipt = place["phone"].get("/citizen/offer-receipts").json()["items"][0]
    other = phone.citizen(alliance.entitled(make.VILLAGE_A1, "李四"), "13900007777")
    assert other.get("/citizen/offer-receipts").json()["items"] == []
    assert other.post(f"/citizen/offer-receipts/{receipt['id']}/refused").status_code == 404


def test_the_signature_comes_from_the_key_file(place):
    from vetgrid.core import crypto

    text = place["phone"].post("/citizen/offer-codes").json()["text"]
    ring = crypto.keyring()
    other = crypto.Keyring(ring.data, (crypto.new_key(9, size=32),))
    patch = pytest.MonkeyPatch()
    patch.setattr(signing, "keyring", lambda: other)
    assert signing.check(text).verdict == "forged"
    patch.undo()
    assert signing.check(text).verdict == ""
