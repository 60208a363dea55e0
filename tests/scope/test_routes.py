"""Every door: each role of town A asks every page, list, search, drop-down, file and API, with ids of town B in hand."""

import re
import uuid

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests import builders as make
from tests.scope import world
from vetgrid.accounts.roles import roles
from vetgrid.core.guard import Guard
from vetgrid.core.places import Level

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_contexts")]

# For each parameter of an address: which thing of town B is put there.
IDS = {
    "person_id": "person",
    "pay_job_id": "pay_job",
    "fact_id": "phone",
    "consent_id": "consent",
    "station_id": "station",
    "staff_id": "staff",
    "post_id": "post",
    "day_id": "reception",
    "cell_id": "cell",
    "batch_id": "batch",
    "duplicate_id": "duplicate",
    "merge_id": "merge",
    "report_id": "report",
    "file_id": "file",
    "user_id": "user",
    "grant_id": "grant",
    "session_id": "session",
    "notice_id": "message",
    "item_id": "item",
    "appeal_id": "appeal",
    "link_id": "link",
    "part_id": "part",
    "attachment_id": "attachment",
    "letter_id": "letter",
    "accusation_id": "accusation",
    "subject_id": "appeal",
    "rating_id": "rating",
    "consultation_id": "consultation",
    "reception_id": "visit",
    "appointment_id": "appointment",
    "mediation_id": "mediation",
    "party_id": "party",
    "performance_id": "performance",
    "aid_id": "aid",
    "alert_id": "alert",
    "card_application_id": "card_application",
    "card_id": "card",
    "paper_id": "card_paper",
    "card_letter_id": "card_letter",
    "card_batch_id": "card_batch",
    "step_file_id": "step_file",
    "step_row_id": "step_row",
    "policy_id": "policy",
    "clause_id": "clause",
    "faq_id": "faq",
    "row_id": "item",
    "binding_id": "binding",
    "authority_id": "authority",
    "campaign_id": "campaign",
    "matter_id": "appeal",
    "question_id": "consultation",
    "vacancy_id": "vacancy",
    "fair_id": "fair",
    "story_id": "story",
    "preference_id": "preference",
    "merchant_id": "merchant",
    "offer_id": "offer",
    "redemption_id": "redemption",
    "receipt_id": "receipt",
    "complaint_id": "offer_complaint",
    "offer_finding_id": "offer_finding",
    "shop_account_id": "shop_account",
    "decision_id": "decision",
    "award_id": "award",
    "application_id": "application",
    "benefit_finding_id": "benefit_finding",
    "benefit_run_id": "benefit_run",
    "benefit_fact_id": "benefit_fact",
    "death_report_id": "death_report",
    "proposal_id": "proposal",
    "simulation_id": "simulation",
    "run_id": "pay_run",
    "finding_id": "finding",
    "line_id": "pay_line",
    "pay_file_id": "pay_file",
    "account_notice_id": "account_notice",
}
WORDS = {
    "section_key": "phone",
    "attribute": "number",
    "verb": None,
    "shop_verb": "disable",
    "what": "places",
    "kind": "csv",
    "key": "stations.village",
    "code": str(make.VILLAGE_B1),
    "row_no": "2",
    "photo_number": "1",
    "subject": "appeal",
    "token": "no-such-token",
    "check_key": "no-owner",
    "flow_key": "appeal",
    "group": "nursing",
    "award_verb": "suspend",
    "application_verb": "papers",
    "run_verb": "cancel",
    "job_verb": "cancel",
    "act_key": "file.confirm",
    "campaign_verb": "close",
    "programme_key": "rural_over60",
    "table_key": "disability_pension",
}
MOVES = {
    "appeals": "transfer",
    "mediations": "start",
    "legal-aid": "decide",
    "payments": "review",
    "cards": "withdraw",
    "merchants": "verify",
    "offers": "pause",
    "offer-complaints": "ask",
}
# Doors that show something of everybody on purpose: names of stations, and the published rota with its leaders.
OPEN_TO_ALL = {
    "rota": ("乙标员工0", "乙标"),
    "appointments": ("乙标员工0",),
    "rota/<uuid:day_id>/book": ("乙标员工0",),
    "accusations/new": ("乙标服务站",),
}
# The guide that is read before signing in: the same public text for everybody.
WITHOUT_SIGN_IN = {"api/v1/citizen/privacy"}
VERBS = {"account_verb": ["disable", "reset-password"], "file_verb": ["confirm"]}


def routes(resolver=None, prefix=""):
    """Every address pattern with its view."""
    for entry in (resolver or get_resolver()).url_patterns:
        text = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, text)
        elif isinstance(entry, URLPattern):
            yield text, entry.callback


def address(pattern: str, things) -> str:
    """A concrete address with the ids of town B; raises KeyError for a parameter the probe does not know."""

    def fill(match: re.Match[str]) -> str:
        converter, _, name = match[1].rpartition(":")
        if name == "request_id":
            kind = "move" if "moves" in pattern else "binding_request" if pattern.startswith("bindings") else "change"
            return str(things[kind].pk)
        if name == "move_key":
            return MOVES[pattern.partition("/")[0]]
        if name in IDS:
            return str(things[IDS[name]].pk)
        if converter in VERBS:
            return VERBS[converter][0]
        found = WORDS[name]
        assert found is not None, name
        return found

    return "/" + re.sub(r"<([^>]+)>", fill, pattern)


CONSOLE = [(pattern, view) for pattern, view in routes() if not pattern.startswith("api/")]


def test_every_route_has_a_guard():
    missing = [pattern for pattern, view in CONSOLE if not isinstance(getattr(view, "guard", None), Guard)]
    assert missing == []


def test_the_probe_knows_every_parameter_of_every_address():
    fake = {
        name: type("Row", (), {"pk": uuid.uuid4()})() for name in {*IDS.values(), "move", "change", "binding_request"}
    }
    for pattern, _ in routes():
        address(pattern, fake)


def town_places():
    for role in sorted(roles()):
        level = min(roles()[role].levels)
        yield (
            role,
            {Level.VILLAGE: make.VILLAGE_A1, Level.TOWN: make.TOWN_A, Level.COUNTY: make.full_code("350582")}[level],
        )


def is_shut_to(view, *grants) -> bool:
    """Whether the guard refuses these roles before the view runs: then no query or form matters, and one refusal tells all."""
    guard = getattr(view, "guard", None)
    holders = [make.actor(role, place) for role, place in grants]
    return bool(guard and guard.permissions) and not any(who.may(one) for who in holders for one in guard.permissions)


SEARCHES = (
    "乙标",
    "乙标老兵",
    "老兵",
    "lb",
    "laobing",
    world.IDS[world.MARK_B],
    world.PHONES[world.MARK_B],
    "乙标服务站",
    "乙标员工0",
)


@pytest.mark.parametrize(("role", "place"), list(town_places()))
def test_nothing_of_another_town_shows_at_any_door(role, place, towns, reads):
    things = towns[world.MARK_B]
    client = Client(raise_request_exception=False)
    make.sign_in(client, make.user("prober", (role, place), name="探测员"))
    asked = 0
    for pattern, view in routes():
        if pattern.startswith("api/v1/openapi") or pattern == "sign-out":
            continue
        base = address(pattern, things)
        queries = [""] + [
            f"?{key}={text}"
            for key in ("q", "text")
            for text in SEARCHES
            if pattern
            in (
                "inbox",
                "appeals",
                "cards/applications",
                "cards/list",
                "cards/batches",
                "consultations",
                "receptions",
                "mediations",
                "policies",
                "faq",
                "people",
                "search",
                "staff",
                "stations",
                "users",
                "people/new",
                "api/v1/people",
                "merchants",
                "offers",
                "offer-complaints",
                "alliance",
            )
        ]
        queries += [
            f"?division={make.VILLAGE_B1}",
            "?standing=all",
            f"?identity.name=乙标老兵&phone.number={world.PHONES[world.MARK_B]}",
        ]
        is_shut, methods = is_shut_to(view, (role, place)), ["get", "post"]
        reads.clear()
        for query in queries:
            for method in list(methods):
                with transaction.atomic():
                    response = getattr(client, method)(base + query, {"to": "1"} if method == "post" else None)
                    body = b"".join(response.streaming_content) if response.streaming else response.content
                    transaction.set_rollback(True)
                asked += 1
                if base not in reads:  # nor will it with another query
                    methods.remove(method)
                reads.clear()
                text = body.decode("utf-8", "replace")
                for shown in OPEN_TO_ALL.get(pattern, ()):
                    text = text.replace(shown, "")
                echoed = text.replace("乙标", "") if "乙标" in query else text
                assert not is_shut or response.status_code == 403, f"{role} {method} {base}: {response.status_code}"
                assert response.status_code < 500, f"{role} {method} {base + query}: {response.status_code}"
                for mark in (
                    "乙标网格",
                    "乙标路",
                    "乙标部队",
                    "乙标员工",
                    "乙标服务站",
                    "乙标报告",
                    "乙标旧名",
                    "乙标.xlsx",
                    "乙标账号",
                    "乙标家属",
                ):
                    assert mark not in text or mark in query, f"{role} {method} {base + query} shows {mark}"
                assert world.IDS[world.MARK_B] not in text or world.IDS[world.MARK_B] in query
                assert world.PHONES[world.MARK_B] not in text or world.PHONES[world.MARK_B] in query
                if "乙标" not in query:
                    assert "乙标" not in echoed, f"{role} {method} {base + query}"
    assert asked > 200


def test_a_signed_out_visitor_reaches_the_sign_in_page_and_nothing_else(towns):
    things = towns[world.MARK_B]
    client = Client(raise_request_exception=False)
    for pattern, view in routes():
        if getattr(getattr(view, "guard", None), "is_public", False) or pattern in WITHOUT_SIGN_IN:
            continue
        response = client.get(address(pattern, things))
        assert response.status_code in (302, 401, 403, 404, 405), pattern
        if response.status_code == 302:
            assert response["Location"].startswith("/sign-in"), pattern


def test_a_session_that_is_not_complete_reaches_only_what_completes_it(towns):
    things = towns[world.MARK_B]
    client = Client(raise_request_exception=False)
    make.sign_in(client, make.user("fresh", ("city_clerk", make.COUNTY), must_change_password=True))
    for pattern, view in routes():
        response = client.get(address(pattern, things))
        open_before = getattr(view, "before_complete", False) or getattr(
            getattr(view, "guard", None), "is_public", False
        )
        open_before = open_before or pattern in WITHOUT_SIGN_IN
        assert open_before or response.status_code in (302, 401, 403, 404, 405), pattern
