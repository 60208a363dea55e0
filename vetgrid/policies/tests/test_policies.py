"""The policy library: laws become clauses, Chinese text is found without a dictionary, what is not in force is not offered."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client

from tests import builders as make
from vetgrid.core.errors import Conflict, Invalid, NotAllowed
from vetgrid.core.scope import acting
from vetgrid.policies import actions, queries
from vetgrid.policies.loading import load_library, parse
from vetgrid.policies.models import Clause, Faq, Policy
from vetgrid.policies.tokens import asked, marked, words

TODAY = make.TODAY
_DIGITS = {text: at for at, text in enumerate("零一二三四五六七八九")}


def number(label: str) -> int:
    """第一百二十三条 to 123."""
    total, digit = 0, 0
    for character in label[1:-1]:
        if character in _DIGITS:
            digit = _DIGITS[character]
        else:
            total += (
                max(digit, 1) * {"十": 10, "百": 100}[character]
                if not (character == "十" and digit == 0 and total)
                else 10
            )
            digit = 0
    return total + digit


@pytest.mark.parametrize("path", sorted((settings.DATA / "laws").glob("*-*.md")), ids=lambda path: path.stem)
def test_no_clause_of_a_law_is_lost(path):
    text = path.read_text(encoding="utf-8")
    found = parse(text)
    assert [number(clause.label) for clause in found] == list(range(1, len(found) + 1))
    body = re.sub(r"\s+", "", re.sub(r"(?m)^#.*$", "", text.partition("<!-- INFO END -->")[2]))
    kept = re.sub(r"\s+", "", "".join(clause.label + clause.text for clause in found))
    assert kept == body[body.index("第一条") :]


def test_words_are_pairs_of_characters_and_whole_latin_words():
    assert words("军人优待 PAP 2024") == ["军人", "人优", "优待", "pap", "2024"]
    assert words("我") == ["我"]
    assert words("。!") == []


def test_phrases_that_only_ask_are_not_searched_for_unless_nothing_else_is_left():
    assert asked("请问法律援助需要哪些材料,多久能办好?") == words("法律援助")
    assert asked("需要什么材料?") == words("需要什么材料?")


def test_the_excerpt_holds_the_words():
    text = "前" * 200 + "延长办理期限" + "后" * 200
    assert "延长办理期限" in marked(text, "延长")


@pytest.fixture
def library(db):
    make.county()
    with acting(make.system()):
        load_library(division=make.COUNTY)
    return make.actor("section_chief", make.COUNTY)


def found(who, text: str, on: date = TODAY):
    with acting(who):
        return queries.search(text, on=on, seen_by=who)


@pytest.mark.parametrize(
    ("text", "title", "label"),
    [
        ("延长办理期限 不得超过30日", "信访工作条例", "第三十四条"),
        ("收到书面答复 请求原办理机关的上一级复查", "信访工作条例", "第三十五条"),
        ("司法确认", "人民调解法", "第三十三条"),
        ("免予核查经济困难状况 优抚对象", "法律援助法", "第四十二条"),
        ("推选代表 人数不得超过5人", "信访工作条例", "第二十条"),
    ],
)
def test_the_clause_that_is_meant_comes_first(library, text, title, label):
    first = found(library, text)[0]
    assert (first.policy_title, first.label) == (title, label)


def test_a_single_character_and_nonsense_do_not_break_the_search(library):
    assert found(library, "烈")
    assert found(library, "、。") == []
    assert found(library, "龘靐齉") == []


def test_only_what_is_in_force_on_the_day_is_found(library):
    def years(on):
        return {hit.clause.policy.issued_on.year for hit in found(library, "军人抚恤优待条例 抚恤优待对象", on)}

    assert years(date(2023, 12, 28)) == {2019} | (years(date(2023, 12, 28)) - {2019, 2024})
    assert 2024 not in years(date(2024, 9, 30))
    assert 2019 not in years(date(2024, 10, 1))
    assert 2024 in years(date(2024, 10, 1))


def test_loading_twice_adds_nothing(library):
    with acting(make.system()):
        before = Clause.objects.count()
        assert load_library(division=make.COUNTY) == 0
        assert Clause.objects.count() == before


def added(who, **values) -> Policy:
    return actions.add_policy(
        **{
            "title": "石狮市退役军人临时救助办法",
            "number": "狮退〔2023〕1号",
            "issuer": "石狮市退役军人事务局",
            "level": "county",
            "issued_on": TODAY,
            "effective_from": TODAY,
            "text": "第一条 为了帮助有困难的退役军人,制定本办法。\n第二条 每户每年最高救助五千元。",
            "by": who,
            "today": TODAY,
        }
        | values
    )


def test_a_local_document_is_split_and_found_at_once(library):
    with acting(library):
        assert added(library).clauses.count() == 2
        assert queries.search("最高救助五千元", on=TODAY, seen_by=library)[0].label == "第二条"
        with pytest.raises(Conflict):
            added(library)
        with pytest.raises(Invalid) as caught:
            added(library, title="", level="x", text=" ", issued_on=TODAY + timedelta(days=1))
        assert set(caught.value.fields) == {"title", "level", "text", "issued_on"}


def test_a_new_version_of_a_clause_ends_the_old_one_the_day_before(library):
    with acting(library):
        clause = added(library).clauses.get(position=2)
        later = TODAY + timedelta(days=30)
        with pytest.raises(Invalid):
            actions.replace_clause(clause_id=clause.id, text="x", effective_from=TODAY, by=library, today=TODAY)
        fresh = actions.replace_clause(
            clause_id=clause.id, text="每户每年最高救助八千元。", effective_from=later, by=library, today=TODAY
        )
        assert [row.id for row in queries.versions_of(fresh, seen_by=library)] == [fresh.id, clause.id]
        assert queries.search("最高救助五千元", on=later - timedelta(days=1), seen_by=library)[0].clause.id == clause.id
        assert queries.search("最高救助八千元", on=later, seen_by=library)[0].clause.id == fresh.id
        with pytest.raises(Conflict):
            actions.replace_clause(clause_id=clause.id, text="x", effective_from=later, by=library, today=TODAY)


def test_an_explanation_in_plain_words_is_found_too(library):
    with acting(library):
        clause = added(library).clauses.get(position=2)
        actions.explain_clause(clause_id=clause.id, explanation="一年最多补助半万块", by=library, today=TODAY)
        assert queries.search("半万块", on=TODAY, seen_by=library)[0].clause.id == clause.id


def test_an_ended_policy_is_no_longer_found(library):
    with acting(library):
        policy = added(library)
        actions.end_policy(policy_id=policy.id, effective_to=TODAY, by=library, today=TODAY)
        assert queries.search("最高救助五千元", on=TODAY, seen_by=library)[0].policy_title == policy.title
        titles = [
            hit.policy_title for hit in queries.search("最高救助五千元", on=TODAY + timedelta(days=1), seen_by=library)
        ]
        assert policy.title not in titles


def test_a_clerk_reads_and_proposes_but_does_not_edit(library):
    clerk = make.actor("village_clerk", make.VILLAGE_A1)
    with acting(clerk):
        assert Policy.objects.exists()
        with pytest.raises(NotAllowed):
            added(clerk)
        entry = actions.propose_faq(question="问", answer="答", clause_ids=[], by=clerk, today=TODAY)
        assert not queries.faq(seen_by=clerk).exists()
    with acting(library):
        actions.decide_faq(faq_id=entry.id, is_approved=True, refusal="", by=library, today=TODAY)
        with pytest.raises(Conflict):
            actions.decide_faq(faq_id=entry.id, is_approved=True, refusal="", by=library, today=TODAY)
        own = actions.propose_faq(question="问二", answer="答二", clause_ids=[], by=library, today=TODAY)
        with pytest.raises(Conflict, match="两个人"):
            actions.decide_faq(faq_id=own.id, is_approved=True, refusal="", by=library, today=TODAY)
        assert Faq.objects.filter(state="approved").count() == 1


def test_the_answered_question_that_is_most_like_the_asked_one_comes_first(library):
    clerk = make.actor("village_clerk", make.VILLAGE_A1)
    for question in ("立功受奖的奖励金谁发?", "光荣牌损坏了怎么换?", "奖励金和光荣牌都归谁管?"):
        with acting(clerk):
            entry = actions.propose_faq(question=question, answer="答", clause_ids=[], by=clerk, today=TODAY)
        with acting(library):
            actions.decide_faq(faq_id=entry.id, is_approved=True, refusal="", by=library, today=TODAY)
    with acting(clerk):
        found = [row.question for row in queries.faq(text="请问光荣牌损坏怎么办?", seen_by=clerk)]
    assert found[0] == "光荣牌损坏了怎么换?"
    assert "立功受奖的奖励金谁发?" not in found


def test_the_pages_answer(library):
    client = Client()
    make.sign_in(client, make.user("reader", ("section_chief", make.COUNTY)))
    with acting(library):
        clause = Clause.objects.get(policy__title="信访工作条例", label="第三十四条")
    assert "第三十四条" in client.get("/policies?text=延长办理期限").content.decode()
    assert "60日内办结" in client.get(f"/policies/clauses/{clause.id}").content.decode()
    assert client.get(f"/policies/{clause.policy_id}").status_code == 200
    for address in ("/policies/new", f"/policies/clauses/{clause.id}/explain", "/faq", "/faq/new"):
        assert client.get(address).status_code == 200, address
