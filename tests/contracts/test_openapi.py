"""The API's contract: a change of it is a visible difference; whatever is thrown at it, it answers with sense."""

import json
import uuid

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings

from tests.browserless import signed_in
from tests.contracts.write_openapi import SNAPSHOT, schema
from vetgrid.citizens.demo import DEMO_CODE


def test_the_contract_is_the_committed_one():
    assert schema() == json.loads(SNAPSHOT.read_text(encoding="utf-8")), "if the change is meant, run: make openapi"


contract = schemathesis.openapi.from_dict(json.loads(SNAPSHOT.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def caller(running):
    visitor = signed_in(running, "city_clerk")
    session = requests.Session()
    session.cookies.update({cookie.name: cookie.value for cookie in visitor.jar})
    session.headers.update({"X-CSRFToken": visitor.token(), "Referer": running.url})
    return session


@pytest.fixture(scope="module")
def tokens(running):
    """A bound citizen's token and a village clerk's, as phones hold them."""
    base = f"{running.url}/api/v1"
    citizen = requests.post(f"{base}/citizen/sign-in/wechat", json={"code": f"demo-{DEMO_CODE}"}, timeout=20)
    account = running.account("village_clerk")
    body = {"username": "village_clerk", "password": account["password"]}
    field = requests.post(f"{base}/field/sign-in", json=body, timeout=20)
    return {"citizen": citizen.json()["token"], "field": field.json()["token"]}


ENDS_A_SESSION = ("sign-out", "account/close")


@contract.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_no_input_makes_the_api_fail(case, caller, tokens, running):
    kind = next((kind for kind in tokens if f"/{kind}/" in case.path), "")
    if kind and case.path.endswith(ENDS_A_SESSION):
        return  # a call that works would sign the probe out of all that follow
    headers = {"Authorization": f"Bearer {tokens[kind]}", "Idempotency-Key": str(uuid.uuid4())} if kind else None
    session = requests.Session() if kind else caller
    response = case.call(base_url=running.url, session=session, headers=headers, timeout=20)
    assert response.status_code < 500, response.text[:500]
    if response.status_code >= 400:
        body = response.json()
        assert response.headers["content-type"][0].startswith("application/problem+json")
        assert body["title"] and body["code"] and body["status"] == response.status_code
