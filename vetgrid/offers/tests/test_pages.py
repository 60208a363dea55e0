"""Pages: each opens with rows and without, says what to do next when empty, and shows what it should."""

import pytest
from django.test import Client

from tests import builders as make
from vetgrid.core.scope import acting
from vetgrid.offers.loading import load_catalogue
from vetgrid.offers.models import Merchant, Preference
from vetgrid.offers.tests import alliance

pytestmark = pytest.mark.django_db
LISTS = (
    "/preferences",
    "/merchants",
    "/merchants/map",
    "/offers",
    "/redemptions",
    "/offer-complaints",
    "/offer-findings",
)


@pytest.fixture
def clerk():
    make.staffed_county()
    client = Client(raise_request_exception=True)
    make.sign_in(client, make.user("clerk", ("city_clerk", make.COUNTY)))
    return client


@pytest.mark.parametrize("path", [*LISTS, "/alliance", "/alliance?list=preferences"])
def test_an_empty_list_says_what_to_do_next(clerk, path):
    page = clerk.get(path)
    assert page.status_code == 200 and 'class="empty"' in page.content.decode()


def test_the_shipped_list_has_29_items_each_with_a_paper_and_the_invented_ones_say_so():
    make.county()
    with acting(make.system()):
        assert load_catalogue(division=make.COUNTY) == 29
        rows = list(Preference.objects.all())
    assert all(row.paper and row.provider and row.place and row.what for row in rows)
    assert {row.level for row in rows} == {"nation", "province", "city", "merchant"}
    for row in rows:
        assert row.is_unconfirmed == ("演示" in row.paper), row.title


def test_an_item_is_added_changed_and_not_changed_over_somebody_elses_change(clerk):
    fields = {
        "title": "免费停车",
        "provider": "市城建",
        "category": "traffic",
        "level": "city",
        "kind": "free",
        "document": "card",
        "classes": ["11"],
        "place": "市区",
        "what": "免费两小时",
        "paper": "文件",
        "from_on": "2023-01-01",
    }
    added = clerk.post("/preferences/new", fields)
    assert added.status_code == 302
    page = clerk.get(added["Location"]).content.decode()
    assert "残疾军人" in page and "免费" in page
    edit = added["Location"] + "/edit"
    assert clerk.post(edit, fields | {"title": "免费停车两小时", "version": "1"}).status_code == 302
    stale = clerk.post(edit, fields | {"title": "别的", "version": "1"})
    assert stale.status_code == 422 and "刚被别人修改" in stale.content.decode()
    wrong = clerk.post("/preferences/new", fields | {"kind": "percent"})
    assert wrong.status_code == 422 and "八折填 80" in wrong.content.decode()


def test_the_numbers_of_the_statistics_are_the_rows_below_them(clerk):
    merchant = alliance.merchant()
    shop, offer, person = alliance.till(merchant), alliance.offer(merchant), alliance.entitled()
    for _ in range(3):
        assert alliance.redeem(shop, offer, alliance.code(person).text).is_good
    page = clerk.get("/redemptions").content.decode()
    assert "<b>3<small> 次</small></b>" in page and page.count("已兑现</span>") >= 3 and "<svg" in page
    assert person.name not in page
    other = clerk.get(f"/redemptions?division={make.TOWN_B}").content.decode()
    assert 'class="empty"' in other


def test_the_table_of_towns_and_trades_leads_to_the_merchants_it_counts(clerk):
    for at in range(3):
        alliance.merchant(make.VILLAGE_A1, f"商家{at}")
    page = clerk.get("/merchants/map").content.decode()
    address = f"/merchants?division={make.TOWN_A}&amp;trade=food&amp;state=listed"
    assert f'<a href="{address}">3</a>' in page and "<circle" in page
    listed = clerk.get(address.replace("&amp;", "&")).content.decode()
    assert listed.count('href="/merchants/01') == 3


def test_a_sign_is_printed_only_for_whoever_is_listed(clerk):
    merchant = alliance.merchant()
    assert "崇军联盟" in clerk.get(f"/merchants/{merchant.id}/sign").content.decode()
    with acting(make.system()):
        Merchant.objects.filter(pk=merchant.pk).update(state="paused")
    assert clerk.get(f"/merchants/{merchant.id}/sign").status_code == 409


def test_everybody_sees_listed_merchants_and_no_others_without_signing_in():
    make.staffed_county()
    shown, hidden = alliance.merchant(name="已挂牌店"), alliance.merchant(name="暂停店", state="paused")
    alliance.offer(shown, "九折优惠")
    alliance.offer(hidden, "看不到的优惠")
    visitor = Client()
    page = visitor.get("/alliance").content.decode()
    assert "已挂牌店" in page and "九折优惠" in page and "暂停店" not in page and "看不到的优惠" not in page
    assert visitor.get(f"/alliance/{shown.id}").status_code == 200
    assert visitor.get(f"/alliance/{hidden.id}").status_code == 404
    near = visitor.get(f"/alliance?lat={alliance.LAT / 1e6}&lng={alliance.LNG / 1e6}").content.decode()
    assert "按距离排列" in near and "0米" in near
    assert visitor.get("/alliance?lat=x&lng=1e999").status_code == 200
