"""Every form, filled with nonsense: an answer with a sentence, never a failure of ours."""

import random
import re

import pytest
from django.db import transaction
from django.test import Client

from tests import builders as make
from tests.scope import world
from tests.scope.test_routes import address, is_shut_to, routes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_contexts")]
NONSENSE = [
    "",
    " ",
    "\x00",
    "'; DROP TABLE registry_person; --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "${7*7}",
    "=cmd|'/C calc'!A0",
    "-1",
    "0",
    "999999999999999999999",
    "1e309",
    "NaN",
    "null",
    "true",
    "2023-02-30",
    "9999-99-99",
    "0000-00-00",
    "12345678901234567X",
    "é" * 300,
    "汉" * 5000,
    "\ud7ff\ue000",
    "👨‍👩‍👧‍👦",
    "‮abc",
    "../../etc/passwd",
    "%s%s%n",
    "00000000-0000-0000-0000-000000000000",
    "350581100201",
    "９９９",
    "一二三",
    "2023-12-28",
    "on",
]
ROLES = {
    "city_clerk": make.COUNTY,
    "system_admin": make.COUNTY,
    "security_admin": make.COUNTY,
    "auditor": make.COUNTY,
    "section_chief": make.COUNTY,
}


def names_in(html: str) -> list[str]:
    found = re.findall(r'<(?:input|select|textarea|button)[^>]*\bname="([^"]+)"', html)
    return [name for name in dict.fromkeys(found) if name not in ("csrfmiddlewaretoken", "q")]


@pytest.mark.parametrize("role", sorted(ROLES))
def test_no_form_fails_whatever_is_typed_into_it(role, towns, reads):
    things = towns[world.MARK_A]
    dice = random.Random(role)
    client = Client(raise_request_exception=True)
    make.sign_in(client, make.user("fuzzer", (role, ROLES[role]), name="乱填"))
    asked = 0
    for pattern, view in routes():
        if pattern.startswith("api/") or pattern == "sign-out":
            continue
        where, is_shut = address(pattern, things), is_shut_to(view, (role, ROLES[role]))
        reads.clear()
        page = client.get(where)
        assert page.status_code < 500, where
        looks = page.status_code == 200 and where in reads
        fields = names_in(page.content.decode("utf-8", "replace")) if not page.streaming else []
        for _ in range(5):
            values = {name: dice.choice(NONSENSE) for name in fields}
            if looks:
                assert client.get(where, values).status_code < 500, (where, values)
            with transaction.atomic():
                answer = client.post(where, values)
                transaction.set_rollback(True)
            assert answer.status_code < 500, (where, values)
            assert answer.status_code in (200, 302, 400, 403, 404, 405, 409, 422), (where, answer.status_code)
            asked += 1
            assert not is_shut or answer.status_code == 403, where
            if is_shut or answer.status_code == 405:  # said before the view reads anything: once is enough
                break
    assert asked > 300


@pytest.mark.parametrize(
    "path",
    [
        "/people?page=-1",
        "/people?page=99999999999999999999",
        "/people?size=0",
        "/people?text=%00",
        "/people?division=abc",
        "/reports/five-year?from_on=x",
        "/reports/five-year/file/exe",
        "/grid?division=%F0%9F%91%A8",
        "/calendar?year=9999",
        "/reception-days?year=0&month=99",
        "/search?q=" + "a" * 3000,
    ],
)
def test_strange_addresses_get_a_page_or_a_sentence(path, towns):
    client = Client(raise_request_exception=True)
    make.sign_in(client, make.user("clerk", ("city_clerk", make.COUNTY)))
    answer = client.get(path)
    assert answer.status_code in (200, 400, 404, 422), path
    assert answer.status_code == 200 or "请" in answer.content.decode()
