"""The probe of citizens: somebody at the mini-program asks every door and every table for what belongs to another person."""

import re
import uuid
from functools import cache

import pytest
from django.db import DatabaseError, connection, transaction

from tests import builders as make
from tests import phone
from tests.scope import world
from tests.scope.test_routes import IDS
from vetgrid.config.api import api
from vetgrid.core.actor import Citizen
from vetgrid.core.protection import protected_models
from vetgrid.core.scope import acting

pytestmark = pytest.mark.django_db
MARKS = (world.MARK_B, world.IDS[world.MARK_B], world.PHONES[world.MARK_B])
# The doors of the console and those that are open before sign-in are probed elsewhere.
SIGN_IN = {"/api/v1/citizen/sign-in/wechat", "/api/v1/citizen/sign-in/sms", "/api/v1/citizen/sign-in/sms/verify"}
SIGN_IN |= {"/api/v1/field/sign-in", "/api/v1/citizen/privacy"}
OWN = {"request_id": "change", "matter_id": "appeal", "question_id": "consultation", "notice_id": "told"}
OWN |= {"decision_id": "decision", "session_id": "citizen_session", "file_id": "file"}
PUBLIC = {"vacancy_id", "fair_id", "story_id", "clause_id", "station_id"}
# Names of stations are public, and a station's name carries the mark of its town.
OPEN = {"/api/v1/citizen/stations"}


@cache
def contract():
    """The API's own description, worked out once: it takes a tenth of a second."""
    return api.get_openapi_schema()


def doors(kind: str):
    """Every operation of the citizen's or the field's routers: method, path, schema of the body."""
    for path, operations in contract()["paths"].items():
        for method, operation in operations.items():
            if f"/{kind}/" in path and path not in SIGN_IN:
                yield method.upper(), path, operation


def body_of(operation, things):
    """A body that fits the operation's schema, with ids of the other person wherever one fits."""
    asked = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return _sample(asked, things, "") if asked else None


def _sample(schema, things, name):
    components = contract()["components"]["schemas"]
    if "$ref" in schema:
        return _sample(components[schema["$ref"].rpartition("/")[2]], things, name)
    if "anyOf" in schema:
        return _sample(schema["anyOf"][0], things, name)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    match schema.get("type"):
        case "object":
            return {key: _sample(value, things, key) for key, value in schema.get("properties", {}).items()}
        case "array":
            return [_sample(schema["items"], things, name)]
        case "integer" | "number":
            return 1
        case "boolean":
            return True
    if schema.get("format") == "uuid":
        return str(
            things.get(
                {"upload_ids": "file", "person_id": "person", "fact_id": "phone"}.get(name, ""), things["person"]
            ).pk
        )
    if schema.get("format") == "date":
        return "2024-03-01"
    if schema.get("format") == "date-time":
        return "2023-12-27T10:00:00+08:00"
    return {"section": "phone", "relation": "child", "helper_phone": "13800001111", "way": "home"}.get(name, "测试")


def concrete(path: str, things) -> str:
    def fill(match):
        name = match[1]
        return str(things[OWN.get(name) or IDS[name]].pk)

    return re.sub(r"{([^}]+)}", fill, path).removeprefix("/api/v1")


@pytest.fixture
def towns():
    found = world.build()
    with acting(make.system()):
        # the world's rows hang on accounts of their own; the prober gets a fresh one, bound to a person of the same village
        other = make.veteran(make.VILLAGE_B1, "同村人", at=found[world.MARK_B]["cell"])
    found["neighbour"] = other
    return found


def owner_rows(things):
    """How many rows of each table belong to the other person."""
    counts = {}
    with acting(make.system()), connection.cursor() as cursor:
        for model, declared in protected_models():
            columns = {field.column for field in model._meta.concrete_fields}
            if declared.domain and "person_id" in columns:
                cursor.execute(
                    f'SELECT count(*) FROM "{model._meta.db_table}" WHERE person_id = %s', [things["person"].pk]
                )
                counts[model.__name__] = cursor.fetchone()[0]
    return counts


@pytest.mark.parametrize("where", ["another town", "the same village"])
def test_no_citizens_door_shows_or_changes_what_is_anothers(towns, where):
    things = towns[world.MARK_B]
    is_near = where == "the same village"
    prober = phone.citizen(towns["neighbour"], "13911112222") if is_near else phone.signed_in(_fresh(towns))
    shared = PUBLIC | ({"campaign_id"} if is_near else set())  # a campaign asks everybody of its place
    before, asked = owner_rows(things), 0
    for method, path, operation in doors("citizen"):
        address = concrete(path, things)
        for body in (body_of(operation, things), {}):
            with transaction.atomic():
                answer = prober.call(method, address, body)
                transaction.set_rollback(True)
            text = answer.content.decode("utf-8", "replace")
            asked += 1
            assert answer.status_code < 500, f"{method} {address}: {text[:300]}"
            names = set(re.findall(r"{([^}]+)}", path))
            if names and not names <= shared:
                assert answer.status_code in (403, 404, 409, 422), f"{method} {address}: {answer.status_code}"
            if path not in OPEN | ({"/api/v1/citizen/contact"} if is_near else set()):  # neighbours share a contact
                for mark in (f"{world.MARK_B}老兵", f"{world.MARK_B}诉求", f"{world.MARK_B}问题", *MARKS[1:]):
                    assert mark not in text, f"{method} {address} shows {mark}"
    assert asked > 60
    assert owner_rows(things) == before


def _fresh(towns):
    """An account of its own for the person of town A, in place of the world's."""
    who = phone.account("13911112222")
    with acting(make.system()):
        towns[world.MARK_A]["binding"].__class__.objects.filter(person=towns[world.MARK_A]["person"]).update(
            account=who
        )
    return who


def test_acting_for_somebody_without_authority_is_refused_at_every_door(towns):
    things = towns[world.MARK_B]
    prober = phone.signed_in(_fresh(towns))
    prober.acting_for = things["person"].pk
    for method, path, operation in doors("citizen"):
        answer = prober.call(method, concrete(path, things), body_of(operation, things))
        assert answer.status_code == 403 and answer.json()["code"] == "no_authority", f"{method} {path}"


def test_an_authority_ends_with_its_day_its_revocation_and_the_persons_death(towns):
    person = towns["neighbour"]
    for at, change in enumerate(
        (
            {"to_on": make.TODAY, "from_on": make.TODAY.replace(year=2022)},
            {"revoked_at": make.now()},
            {"from_on": make.TODAY.replace(year=2024), "to_on": make.TODAY.replace(year=2025)},
        )
    ):
        helper = phone.helper(person, f"1395555111{at}", **change)
        assert helper.get("/citizen/file").json()["code"] == "no_authority"
    helper = phone.helper(person, "13955550000")
    assert helper.get("/citizen/file").status_code == 200
    with acting(make.system()):
        person.memberships.update(to_on=make.TODAY)
        type(person).objects.filter(pk=person.pk).update(died_on="2023-12-01")
    assert helper.get("/citizen/file").json()["code"] == "no_authority"


def test_no_field_door_shows_or_changes_a_person_of_another_town(towns):
    things = towns[world.MARK_B]
    before, asked = owner_rows(things), 0
    for role, at in (("grid_contact", make.VILLAGE_A1), ("village_clerk", make.VILLAGE_A1), ("town_head", make.TOWN_A)):
        device = phone.clerk(make.user(f"field-{role}", (role, at), staff=towns[world.MARK_A]["staff"]))
        for method, path, operation in doors("field"):
            if path.endswith("sign-out"):
                continue
            bodies = [body_of(operation, things)]
            if path.endswith("/field/assist"):
                bodies = [
                    {"person_id": str(things["person"].pk), "act": act, "values": {}}
                    for act in ("file.confirm", "matter.raise", "notice.read")
                ]
            for body in bodies:
                with transaction.atomic():
                    answer = device.call(method, concrete(path, things), body)
                    transaction.set_rollback(True)
                text = answer.content.decode("utf-8", "replace")
                asked += 1
                assert answer.status_code < 500, f"{method} {path}: {text[:300]}"
                assert not any(mark in text for mark in MARKS), f"{role} {method} {path}"
                if "{" in path or (body and "person_id" in body):
                    assert answer.status_code in (403, 404, 409, 422), f"{role} {method} {path}: {answer.status_code}"
    assert asked > 20
    assert owner_rows(things) == before


def test_in_the_database_a_citizen_reads_his_own_rows_alone_and_writes_none(towns):
    mine = towns[world.MARK_A]["person"]
    who = Citizen(id=uuid.uuid4(), name="老兵", person_id=mine.pk, division=mine.division)
    seen = set()
    with acting(who):
        for model, declared in protected_models():
            if not declared.domain or declared.is_public:
                continue
            table = model._meta.db_table
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                total = cursor.fetchone()[0]
                if not (declared.person_column or declared.is_for_citizens or model.__name__ == "Campaign"):
                    assert total == 0, f"{model.__name__} declares nothing for citizens and shows {total} rows"
                elif declared.person_column:
                    cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {declared.person_column} <> %s', [mine.pk])
                    assert cursor.fetchone()[0] == 0, model.__name__
                    seen.add(model.__name__) if total else None
            for statement in (f'UPDATE "{table}" SET division = division', f'DELETE FROM "{table}"'):
                try:
                    with transaction.atomic(), connection.cursor() as cursor:
                        cursor.execute(statement)
                        assert cursor.rowcount == 0, f"{model.__name__}: {statement}"
                except DatabaseError as error:
                    assert error.__cause__.sqlstate in ("42501", "VG001"), model.__name__
    assert {"Person", "Residence", "Appeal", "ChangeRequest", "Notice", "Reply"} <= seen


def test_somebody_not_bound_reaches_no_row_of_any_person(towns):
    device = phone.signed_in(phone.account("13911113333"))
    for method, path, operation in doors("citizen"):
        answer = device.call(method, concrete(path, towns[world.MARK_B]), body_of(operation, towns[world.MARK_B]))
        assert answer.status_code < 500
        assert world.IDS[world.MARK_B] not in answer.content.decode("utf-8", "replace")
    with acting(Citizen(id=uuid.uuid4(), name="某人")):
        for model, declared in protected_models():
            if declared.domain and not declared.is_public:
                assert not model._default_manager.exists(), model.__name__
