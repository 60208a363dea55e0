"""A merchant reaches nothing personal by any path: not by query, not by function, not by page, not in an answer's words."""

import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import get_resolver

from tests import builders as make
from vetgrid.core.protection import protected_models
from vetgrid.core.scope import acting
from vetgrid.offers.actions import shops
from vetgrid.offers.models import Merchant, Offer, Redemption, ShopAccount, ShopSession, Try
from vetgrid.offers.sessions import COOKIE, as_shop
from vetgrid.offers.tests import alliance
from vetgrid.registry.models import Person

pytestmark = pytest.mark.django_db
NAME, PHONE, ID = "欧阳探测", "13712345678", "350581196503120010"
OWN = {"Merchant", "Offer", "Redemption", "Try", "ShopAccount", "ShopSession"}


@pytest.fixture
def place():
    make.staffed_county()
    merchant, other = alliance.merchant(), alliance.merchant(make.VILLAGE_B1, "别家", state="applied", listed_on=None)
    person = alliance.entitled(make.VILLAGE_A1, NAME, "11", phone=PHONE, id_number=ID)
    found = {"merchant": merchant, "offer": alliance.offer(merchant), "shop": alliance.till(merchant), "person": person}
    assert alliance.redeem(found["shop"], found["offer"], alliance.code(person, "11").text).is_good
    alliance.redeem(found["shop"], found["offer"], "VG1-没有")
    alliance.offer(other, "未公示", is_shown=False, state="proposed")
    alliance.till(other, "别家收银台")
    return found


def test_in_its_scope_a_merchant_reads_its_own_rows_and_what_is_public_and_not_one_row_more(place):
    with as_shop(place["shop"]):
        readable = {}
        for model, declared in protected_models():
            if declared.domain and not declared.is_public:
                with connection.cursor() as cursor:
                    cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
                    if cursor.fetchone()[0]:
                        readable[model.__name__] = model
        assert set(readable) <= OWN, set(readable) - OWN
        for model in (Redemption, Try):
            assert set(model.objects.values_list("merchant_id", flat=True)) == {place["merchant"].id}
        assert set(Merchant.objects.values_list("id", flat=True)) == {place["merchant"].id}
        assert set(Offer.objects.values_list("merchant_id", flat=True)) == {place["merchant"].id}
        assert ShopAccount.objects.count() == 1 and not ShopSession.objects.exists()


def test_no_column_that_a_merchant_reads_could_hold_a_person(place):
    for model in (Redemption, Try, Offer):
        columns = {field.column for field in model._meta.concrete_fields}
        assert not columns & {"person_id", "name", "phone", "id_number", "person"}, model.__name__


def test_a_merchant_writes_no_table_of_redemptions_codes_or_receipts(place):
    for table in ("offers_redemption", "offers_receipt", "offers_offercode"):
        for statement in (f"UPDATE {table} SET division = division", f"DELETE FROM {table}"):
            with as_shop(place["shop"]):
                try:
                    with transaction.atomic(), connection.cursor() as cursor:
                        cursor.execute(statement)
                        assert cursor.rowcount == 0, statement
                except DatabaseError as error:
                    assert error.__cause__.sqlstate == "42501", statement


def test_the_functions_tell_a_merchant_no_person_either(place):
    with as_shop(place["shop"]), connection.cursor() as cursor:
        redemption = Redemption.objects.get()
        cursor.execute("SELECT count(*) FROM offers_person_of(%s)", [redemption.id])
        assert cursor.fetchone()[0] == 0, "whose redemption it was opens only where its place may be written"
        cursor.execute("SELECT * FROM offers_typed('00000000', 0, 9999999999)")
        assert {column.name for column in cursor.description} == {"opaque", "step"}
        cursor.execute("SELECT * FROM offers_honour(%s::uuid[], '2020-01-01')", [[place["offer"].id]])
        assert {column.name for column in cursor.description} == {"offer_id", "honoured", "refused", "last_on"}


def test_a_merchant_refuses_no_redemption_of_another(place):
    other = alliance.merchant(make.VILLAGE_B1, "对面店")
    shop, offer = alliance.till(other), alliance.offer(other)
    alliance.redeem(shop, offer, alliance.code(place["person"], "11").text)
    with acting(make.system()):
        foreign = Redemption.objects.get(merchant=other)
    with as_shop(place["shop"]), connection.cursor() as cursor:
        cursor.execute("SELECT offers_refuse(%s, 'x')", [foreign.id])
        assert cursor.fetchone()[0] is False


def test_the_scope_of_a_merchant_closes_again(place):
    with acting(make.actor("grid_contact", make.VILLAGE_B1)):
        with as_shop(place["shop"]):
            assert Redemption.objects.count() == 1
        assert not Redemption.objects.exists()


@pytest.fixture
def visitor(place):
    clerk = make.actor("city_clerk", make.COUNTY)
    with acting(clerk):
        account, first = shops.open_account(merchant_id=place["merchant"].id, name="收银台", by=clerk, today=make.TODAY)
    client = Client(raise_request_exception=False)
    answer = client.post("/shop/sign-in", {"username": account.username, "password": first})
    assert answer.status_code == 302 and COOKIE in client.cookies
    assert client.get("/shop")["Location"] == "/shop/password", "the first password must be changed first"
    assert client.post("/shop/password", {"old": first, "new": "Haiyan-2023-ok"}).status_code == 302
    return client


def test_every_page_of_a_merchant_shows_class_and_offer_and_nothing_of_the_person(place, visitor):
    shown = alliance.code(place["person"], "11")
    answer = visitor.post("/shop", {"offer": str(place["offer"].id), "code": shown.short})
    assert answer.status_code == 302
    result = visitor.get(answer["Location"]).content.decode()
    assert "符合" in result and "优待对象" in result and place["offer"].title in result
    refused = visitor.post(answer["Location"] + "/refuse", {"reason": "没有货"})
    pages = [result, visitor.get(refused["Location"]).content.decode()]
    pages += [
        visitor.get(path).content.decode() for path in ("/shop", "/shop/redemptions", "/shop/offers", "/shop/password")
    ]
    for page in pages:
        for secret in (NAME, NAME[:2], PHONE, PHONE[-4:], ID, str(place["person"].id), "优诉"):
            assert secret not in page, secret


def test_a_merchants_cookie_opens_no_page_of_the_console_and_no_api(place, visitor):
    for path in (
        "/",
        "/people",
        f"/people/{place['person'].id}",
        "/merchants",
        "/redemptions",
        "/offer-complaints",
        "/search?q=欧阳",
    ):
        assert visitor.get(path)["Location"].startswith("/sign-in"), path
    for path in ("/api/v1/people", "/api/v1/citizen/me", "/api/v1/citizen/offer-receipts"):
        assert visitor.get(path).status_code in (401, 403), path


def test_only_the_till_may_use_the_camera_and_opens_with_what_was_scanned(place, visitor):
    answer = visitor.get("/shop?code=VG1-350581-ABC")
    assert "camera=(self)" in answer["Permissions-Policy"] and 'value="VG1-350581-ABC"' in answer.content.decode()
    for path in ("/shop/redemptions", "/sign-in", "/alliance"):
        assert "camera=()" in visitor.get(path)["Permissions-Policy"], path


def test_an_official_signed_in_at_the_same_browser_lends_a_merchants_page_nothing(place, visitor):
    make.sign_in(visitor, make.user("clerk", ("city_clerk", make.COUNTY)))
    page = visitor.get("/shop/redemptions").content.decode()
    assert place["merchant"].name in page and NAME not in page
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "vetgrid.offers.views.shop.page_of", lambda rows, number: seen.append(Person.objects.count()) or 1 / 0
        )
        visitor.get("/shop/redemptions")
    assert seen == [0]


def test_every_door_of_the_shop_asks_for_the_shops_own_session():
    make.county()
    client = Client(raise_request_exception=False)
    doors = [str(entry.pattern) for part in get_resolver().url_patterns for entry in getattr(part, "url_patterns", [])]
    shop_doors = [door for door in doors if re.match(r"shop(/|$)", door) and door != "shop/sign-in"]
    assert len(shop_doors) >= 9
    for door in shop_doors:
        path = "/" + re.sub(r"<[^>]+>", str(make.new_id()), door)
        for method in ("get", "post"):
            answer = getattr(client, method)(path)
            assert answer.status_code == 302 and answer["Location"] == "/shop/sign-in", (method, path)


def test_a_wrong_password_is_counted_and_locks_the_account(place):
    with acting(make.system()):
        account = ShopAccount.objects.get(name="收银台")
    client = Client()
    for _ in range(5):
        answer = client.post("/shop/sign-in", {"username": account.username, "password": "wrong"})
        assert answer.status_code == 422
    assert "锁定" in client.post("/shop/sign-in", {"username": account.username, "password": "wrong"}).content.decode()


def test_a_merchant_that_left_is_signed_out(place, visitor):
    with acting(make.system()):
        Merchant.objects.filter(pk=place["merchant"].pk).update(state="left", left_on=make.TODAY)
    assert visitor.get("/shop")["Location"] == "/shop/sign-in"
