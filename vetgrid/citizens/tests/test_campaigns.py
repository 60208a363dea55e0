"""Collection campaigns: a form as data, a draft that is resumed, a reply that fits, results in reach."""

import json
from datetime import date

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import builders as make
from tests import phone
from vetgrid.citizens import actions, queries, rules
from vetgrid.citizens.models import Reply
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.scope import acting

QUESTIONS = (
    rules.Question("work", "现在的工作", "text", True),
    rules.Question("age", "参加工作年数", "number"),
    rules.Question("since", "何时开始", "day"),
    rules.Question("wants", "想参加培训吗", "yes", True),
    rules.Question("field", "想学什么", "one", False, ("电工", "驾驶")),
    rules.Question("when", "方便的时间", "many", False, ("上午", "下午", "晚上")),
)
GOOD = {"work": "保安", "age": 10, "since": "2013-05-01", "wants": True, "field": "电工", "when": ["上午", "晚上"]}
SCHEMA = rules.schema_of("就业意愿", QUESTIONS)


def test_a_form_is_valid_json_schema_and_comes_back_as_its_questions():
    jsonschema_rs.meta.validate(SCHEMA)
    assert rules.questions_of(SCHEMA) == list(QUESTIONS)
    assert rules.reply_problems(SCHEMA, GOOD) == {}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"work": ""}, "work"),
        ({"work": "长" * 101}, "work"),
        ({"age": "十"}, "age"),
        ({"since": "昨天"}, "since"),
        ({"wants": None}, "wants"),
        ({"field": "烹饪"}, "field"),
        ({"when": ["上午", "上午"]}, "when"),
        ({"foreign": 1}, "form"),
    ],
)
def test_a_reply_that_does_not_fit_says_which_question(change, wrong):
    assert set(rules.reply_problems(SCHEMA, GOOD | change)) == {wrong}
    missing = {key: value for key, value in GOOD.items() if key != "work"}
    assert set(rules.reply_problems(SCHEMA, missing)) == {"work"}


@pytest.mark.slow
@given(
    st.dictionaries(st.text(max_size=8), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
)
def test_whatever_is_sent_as_a_reply_gets_sentences_and_never_an_error(values):
    assert all(isinstance(sentence, str) for sentence in rules.reply_problems(SCHEMA, values).values())


def test_a_form_without_questions_or_with_a_choice_of_one_is_refused():
    assert rules.question_problems([], most=40)
    assert rules.question_problems([rules.Question("a", "选", "one", False, ("甲",))], most=40)
    assert rules.question_problems(QUESTIONS, most=3)
    assert not rules.question_problems(QUESTIONS, most=40)


def text(**values):
    return actions.CampaignText(
        **{
            "title": "就业意愿调查",
            "intro": "",
            "opens_on": date(2023, 12, 1),
            "closes_on": date(2024, 1, 31),
            "veterans_only": True,
            "questions": QUESTIONS,
        }
        | values
    )


@pytest.fixture
def campaign(db):
    make.county()
    make.cell(make.VILLAGE_A1)
    clerk = make.actor("city_clerk", make.COUNTY)
    with acting(clerk):
        row = actions.make_campaign(text(), division=make.COUNTY, by=clerk, today=make.TODAY)
        actions.open_campaign(campaign_id=row.id, by=clerk, today=make.TODAY)
    return row


@pytest.fixture
def device(campaign):
    return phone.citizen(make.veteran(make.VILLAGE_A1))


def test_a_draft_is_resumed_on_another_day_and_sent_once_it_fits(campaign, device):
    listed = device.get("/citizen/campaigns").json()
    assert [(row["title"], row["my_state"]) for row in listed] == [("就业意愿调查", "none")]
    assert listed[0]["schema"]["properties"]["work"]["title"] == "现在的工作"
    path = f"/citizen/campaigns/{campaign.id}"
    assert device.call("PUT", f"{path}/draft", {"values": {"work": "保安"}}).status_code == 200
    resumed = device.get(path).json()
    assert (resumed["my_state"], resumed["my_values"]) == ("draft", {"work": "保安"})
    refused = device.post(f"{path}/submit", {"values": resumed["my_values"]})
    assert refused.status_code == 422 and "想参加培训吗" in refused.json()["detail"]
    assert device.post(f"{path}/submit", {"values": GOOD}).json()["my_state"] == "sent"
    assert device.call("PUT", f"{path}/draft", {"values": {}}).status_code == 409
    assert device.post(f"{path}/submit", {"values": GOOD | {"age": 11}}).status_code == 200
    with acting(make.system()):
        assert json.loads(Reply.objects.get().values.reveal())["age"] == 11


def test_a_published_form_keeps_its_questions_and_a_closed_one_takes_no_reply(campaign, device):
    clerk = make.actor("city_clerk", make.COUNTY)
    with acting(clerk):
        with pytest.raises(Conflict):
            actions.edit_campaign(
                text(questions=QUESTIONS[:2]), campaign_id=campaign.id, version=2, by=clerk, today=make.TODAY
            )
        actions.close_campaign(campaign_id=campaign.id, by=clerk, today=make.TODAY)
    answer = device.post(f"/citizen/campaigns/{campaign.id}/submit", {"values": GOOD})
    assert answer.status_code == 409 and answer.json()["code"] == "campaign_closed"


def test_a_village_counts_its_own_replies_and_a_draft_shows_to_no_citizen(campaign, device):
    device.post(f"/citizen/campaigns/{campaign.id}/submit", {"values": GOOD})
    here, there = make.actor("city_clerk", make.COUNTY), make.actor("town_head", make.TOWN_B)
    with acting(here):
        assert queries.replies(campaign, seen_by=here).count() == 1
        draft = actions.make_campaign(text(title="草稿"), division=make.COUNTY, by=here, today=make.TODAY)
        with pytest.raises(Invalid):
            actions.make_campaign(text(title=""), division=make.COUNTY, by=here, today=make.TODAY)
    with acting(there):
        assert queries.replies(campaign, seen_by=there).count() == 0
    assert len(device.get("/citizen/campaigns").json()) == 1
    assert device.get(f"/citizen/campaigns/{draft.id}").status_code == 404
