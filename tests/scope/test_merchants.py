"""The probe of merchants: with the cookie of a till, at every door of console, API and shop, and at every table, no person shows."""

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests import builders as make
from tests.scope import world
from tests.scope.test_routes import CONSOLE, address, routes
from vetgrid.accounts.sessions import hash_of
from vetgrid.config.api import api
from vetgrid.core.actor import Actor
from vetgrid.core.protection import protected_models
from vetgrid.core.scope import acting
from vetgrid.offers.models import Merchant, ShopSession
from vetgrid.offers.sessions import COOKIE, Shop, as_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("towns", "no_contexts")]
TOKEN = "till-of-town-a"
OWN = {"Merchant", "Offer", "Redemption", "Try", "ShopAccount", "ShopSession"}
"""Tables of which a till reads rows: all without a column for a person."""


def every_secret(towns) -> list[str]:
    """What would give the person of a town away: name, key, ID number, telephone."""
    found = []
    for mark in (world.MARK_A, world.MARK_B):
        person = towns[mark]["person"]
        found += [person.name, str(person.pk), world.IDS[mark], world.PHONES[mark]]
    return found


@pytest.fixture
def till(towns) -> Client:
    """A browser that holds the cookie of town A's till."""
    account = towns[world.MARK_A]["shop_account"]
    with acting(make.system()):
        Merchant.objects.filter(pk=account.merchant_id).update(
            state="listed", listed_on=make.TODAY, renew_by=make.TODAY
        )
        account.__class__.objects.filter(pk=account.pk).update(must_change_password=False, is_active=True)
        ShopSession.objects.create(
            account=account,
            division=account.division,
            token_hash=hash_of(TOKEN),
            started_at=timezone.now(),
            last_seen_at=timezone.now(),
        )
    client = Client(raise_request_exception=False)
    client.cookies[COOKIE] = TOKEN
    return client


def shown(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return str(body.decode("utf-8", "replace"))


def test_every_page_asked_with_a_tills_cookie_shows_no_person(towns, till):
    asked, opened = 0, 0
    for pattern, _ in routes():
        for mark in (world.MARK_A, world.MARK_B):
            for method in ("get", "post"):
                path = address(pattern, towns[mark])
                with transaction.atomic():
                    response = getattr(till, method)(path)
                    text = shown(response)
                    transaction.set_rollback(True)
                asked += 1
                opened += response.status_code == 200 and pattern.startswith("shop")
                assert response.status_code < 500, f"{method} {path}"
                for word in every_secret(towns):
                    assert word not in text.replace(path, ""), f"{method} {path} shows {word}"
    assert asked > 4 * len(CONSOLE) - 1 and opened >= 4, "the till's own pages did open"


def test_no_endpoint_takes_a_tills_token_for_anybody(towns, till):
    asked = 0
    for path, operations in api.get_openapi_schema()["paths"].items():
        for method, operation in operations.items():
            if "/sign-in" in path or not (operation.get("security") or method == "get"):
                continue
            things = towns[world.MARK_A]
            filled = path.replace("{", "<uuid:").replace("}", ">").removeprefix("/")
            concrete = address(filled, things | {"change": things["person"]})
            for token in (TOKEN, f"vgc.{TOKEN}", f"shop.{TOKEN}"):
                headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(make.new_id())}
                answer = till.generic(method.upper(), concrete, "{}", content_type="application/json", headers=headers)
                asked += 1
                if "/privacy" not in path:
                    assert answer.status_code in (401, 403, 404, 405), f"{method} {path}: {answer.status_code}"
                for word in every_secret(towns):
                    assert word not in answer.content.decode().replace(concrete, ""), f"{method} {path} shows {word}"
    assert asked > 150


def test_of_every_table_a_till_reads_its_own_rows_and_none_about_a_person(towns, till):
    account = towns[world.MARK_A]["shop_account"]
    shop = Shop(
        make.new_id(), Actor(id=account.id, name="收银台"), account.merchant_id, "x", "x", account.division, False
    )
    readable = set()
    with as_shop(shop), connection.cursor() as cursor:
        for model, declared in protected_models():
            if not declared.domain or declared.is_public:
                continue
            columns = {field.column for field in model._meta.concrete_fields}
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
            if cursor.fetchone()[0]:
                readable.add(model.__name__)
                assert not columns & {"person_id", "id_number", "holder"}, model.__name__
                cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t')
                text = "\n".join(row[0] for row in cursor.fetchall())
                assert not [word for word in every_secret(towns) if word in text], model.__name__
    assert {"Merchant", "Offer", "ShopAccount"} <= readable <= OWN
