"""The API's contract: a change of it is a visible difference; whatever is thrown at it, it answers with sense."""

import json

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings

from tests.browserless import signed_in
from tests.contracts.write_openapi import SNAPSHOT, schema


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


@contract.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_no_input_makes_the_api_fail(case, caller, running):
    response = case.call(base_url=running.url, session=caller, timeout=20)
    assert response.status_code < 500, response.text[:500]
    if response.status_code >= 400:
        body = response.json()
        assert response.headers["content-type"][0].startswith("application/problem+json")
        assert body["title"] and body["code"] and body["status"] == response.status_code
