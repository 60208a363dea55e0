"""Pages: what people see of benefits, and that counts, lists and forms agree."""

import pytest
from django.test import Client

from tests import builders as make
from vetgrid.benefits.actions import sweep
from vetgrid.benefits.actions.running import begin_run, cancel_run, next_village, resume_run, start_run
from vetgrid.benefits.models import Application, Award, BenefitFact, Confirmation, DeathReport, Decision, Finding, Run
from vetgrid.benefits.queries import lists
from vetgrid.benefits.spelling import refresh_places
from vetgrid.benefits.tests.county import COUNTY, TODAY, awarded, benefit_fact, disabled, old_soldier
from vetgrid.core import clock
from vetgrid.core.errors import Conflict
from vetgrid.core.ruling.months import month_of, month_on
from vetgrid.core.scope import acting
from vetgrid.payments.tests import paying

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(settings):
    settings.FIXED_DAY = TODAY
    assert clock.today() == TODAY
    return make.staffed_county()


@pytest.fixture
def clerk(county):
    """A county clerk at the window, signed in."""
    client = Client()
    make.sign_in(client, make.user("clerk", ("city_clerk", make.COUNTY), staff=county["city_officer"]))
    return client


@pytest.fixture
def chief(county):
    client = Client()
    make.sign_in(client, make.user("chief", ("section_chief", make.COUNTY), staff=county["chief"]))
    return client


def look():
    with acting(make.system()):
        refresh_places(COUNTY)
        sweep(division=make.COUNTY, month=month_on(TODAY), by=make.system(), today=TODAY)


def text_of(response):
    assert response.status_code == 200, response.content.decode()[:500]
    return response.content.decode()


def test_a_persons_page_says_what_is_given_why_and_why_not(clerk, county):
    who = disabled()
    awarded(who, "disability_pension")
    benefit_fact(who, "nursing", "2020-01", provision="dispersed")
    page = text_of(clerk.get(f"/people/{who.id}/benefits"))
    for words in (
        "残疾抚恤金",
        "8,231.67",
        "发放中",
        "护理费",
        "没有发放",
        "原已享受",
        "分散供养",
        "不是农村籍退役士兵",
    ):
        assert words in page, words
    assert "残疾抚恤金" in text_of(clerk.get(f"/benefits/person/{who.id}/panel"))


def test_an_application_goes_from_the_persons_page_to_a_receipt_and_an_appeal(clerk, chief, county):
    who = disabled()
    form = {"programme": "disability_pension", "from_month": "2023-12", "channel": "window", "note": ""}
    assert clerk.post(f"/people/{who.id}/benefits/apply", form).status_code == 302
    with acting(make.system()):
        row = Application.objects.get(person=who)
    address = f"/benefits/applications/{row.id}"
    assert row.number in text_of(clerk.get("/benefits/applications"))
    refused = clerk.post(f"{address}/submit", {})
    assert refused.status_code == 422 and "还缺材料" in refused.content.decode()
    assert clerk.post(f"{address}/papers", {"papers": ["残疾军人证", "居民身份证", "银行账户"]}).status_code == 302
    assert clerk.post(f"{address}/submit", {}).status_code == 302
    assert clerk.post(f"{address}/grant", {"note": ""}).status_code == 422
    assert chief.post(f"{address}/grant", {"note": ""}).status_code == 302
    with acting(make.system()):
        decision = Decision.objects.get(person=who)
        assert Award.objects.get(person=who).from_month == month_of(2023, 12)
    page = text_of(chief.get(f"/benefits/decisions/{decision.id}?again=1"))
    for words in (decision.number, "8,231.67元", "逐字节相同", "伤残", "什么会改变这个决定", "提出申诉", "2023年12月"):
        assert words in page, words
    file = chief.get(f"/benefits/decisions/{decision.id}/file")
    assert (
        file.content.startswith(b"%PDF")
        and file.content == chief.get(f"/benefits/decisions/{decision.id}/file").content
    )
    appeal = text_of(chief.get(f"/appeals/new?person={who.id}&title=不服待遇决定{decision.number}"))
    assert decision.number in appeal


def test_lists_and_counts_of_findings_agree_by_kind_programme_and_place(clerk, county):
    for at in range(3):
        old_soldier(name=f"老兵{at}")
    old_soldier(make.VILLAGE_B1, "外村人")
    awarded(disabled(), "disability_pension")
    look()
    seen_by = county["as_section"]
    with acting(seen_by):
        for asked in (lists.Filter(), lists.Filter(programme="rural_over60"), lists.Filter(division=make.TOWN_A)):
            counts = lists.finding_counts(asked, seen_by=seen_by)
            for kind in Finding.Kind.values:
                wanted = lists.Filter(kind=kind, programme=asked.programme, division=asked.division)
                assert counts[kind] == lists.findings(wanted, seen_by=seen_by).count()
        by_programme = lists.take_up_by_programme(seen_by=seen_by, today=TODAY)
        whole = lists.headline(seen_by=seen_by, today=TODAY).whole
        assert sum(line.missing for line in by_programme) == whole.missing
        assert sum(line.receiving for line in by_programme) == whole.receiving
    page = text_of(clerk.get("/benefits/findings?kind=missing"))
    assert "老兵0" in page and "外村人" in page
    assert "外村人" not in text_of(clerk.get(f"/benefits/findings?kind=missing&division={make.TOWN_A}"))
    with acting(make.system()):
        finding = Finding.objects.filter(kind="missing").first()
    assert "还缺的材料" in text_of(clerk.get(f"/benefits/findings/{finding.id}"))
    board = text_of(clerk.get("/benefits/take-up"))
    assert "60周岁以上农村籍退役士兵老年生活补助" in board and "灵秀镇" in board


def test_take_up_leaves_out_the_lists_that_the_platform_draws_up_itself(clerk, county):
    for at in range(3):
        old_soldier(name=f"老兵{at}")
    old_soldier(make.VILLAGE_B1, "外村人")
    awarded(disabled(), "disability_pension")
    look()
    seen_by = county["as_section"]
    with acting(seen_by):
        assert Finding.objects.filter(programme="condolence", kind="receiving").count() == 5
        found = lists.headline(seen_by=seen_by, today=TODAY)
        assert (found.whole.receiving, found.whole.missing, found.whole.rate) == (1, 4, 20)
        assert [(line.key, line.rate) for line in found.programmes] == [("rural_over60", 0)]
        assert [(line.label, line.receiving, line.missing) for line in found.places] == [
            ("宝盖镇", 0, 1),
            ("灵秀镇", 1, 3),
        ]
        without = lists.Filter(kind="receiving", without=("condolence",))
        assert lists.findings(without, seen_by=seen_by).count() == found.whole.receiving
    desk = text_of(clerk.get("/"))
    assert "待遇落实率" in desk and "20%" in desk and "宝盖镇" in desk
    shown = text_of(clerk.get("/benefits/findings?kind=receiving&taken=1"))
    assert "残疾抚恤金" in shown and "benefits/findings/" in shown and shown.count("节日慰问金") == 1


def test_a_village_clerk_sees_his_village_only(county):
    client = Client()
    make.sign_in(client, make.user("village", ("village_clerk", make.VILLAGE_A1), staff=county["officer"]))
    mine, other = old_soldier(), old_soldier(make.VILLAGE_B1, "外村人")
    look()
    page = text_of(client.get("/benefits/findings"))
    assert mine.name in page and "外村人" not in page
    assert client.get(f"/people/{other.id}/benefits").status_code == 404
    assert "仕林村" in text_of(client.get("/benefits/take-up"))


def test_confirming_deaths_and_facts_are_done_on_pages_with_sentences_for_bad_input(clerk, chief, county):
    who = disabled()
    award = awarded(who, "disability_pension")
    assert who.name in text_of(clerk.get("/benefits/confirmations"))
    bad = clerk.post(f"/people/{who.id}/benefits/confirm", {"way": "visit", "confirmed_on": "2030-01-01"})
    assert bad.status_code == 422 and "不能在今天以后" in bad.content.decode()
    good = {"way": "visit", "confirmed_on": "2023-12-01", "note": ""}
    assert clerk.post(f"/people/{who.id}/benefits/confirm", good).status_code == 302
    assert "都确认了" in text_of(clerk.get("/benefits/confirmations"))
    death = {"source": "police", "died_on": "2023-12-02", "kind": "", "note": ""}
    assert clerk.post(f"/people/{who.id}/benefits/death", death).status_code == 302
    assert "只有一个来源" in text_of(clerk.get(f"/people/{who.id}/benefits"))
    with acting(make.system()):
        report = DeathReport.objects.get(person=who)
    assert clerk.post(f"/benefits/deaths/{report.id}", {"reason": "本人在家"}).status_code == 302
    fact = f"/people/{who.id}/benefits/facts/nursing"
    wrong = clerk.post(fact, {"provision": "dispersed", "from_month": "2023-13", "source": "archive"})
    assert wrong.status_code == 422 and "月份请写成" in wrong.content.decode()
    assert clerk.post(fact, {"provision": "dispersed", "from_month": "2023-01", "source": "archive"}).status_code == 302
    with acting(make.system()):
        known = BenefitFact.objects.get(person=who, group="nursing")
        assert Confirmation.objects.filter(person=who).count() == 1
    assert "分散供养" in text_of(clerk.get(f"/benefits/facts/{known.id}"))
    assert clerk.post(f"/benefits/facts/{known.id}/withdraw", {"reason": "登记错了"}).status_code == 302
    no_article = {"month": "2023-12", "reason": "被判刑", "article": ""}
    refused = chief.post(f"/benefits/awards/{award.id}/suspend", no_article)
    assert refused.status_code == 422 and "依据的条款" in refused.content.decode()
    assert chief.post(f"/benefits/awards/{award.id}/suspend", no_article | {"article": "第五十九条"}).status_code == 302
    assert "已暂停" in text_of(chief.get(f"/people/{who.id}/benefits"))


@pytest.mark.parametrize("address", ["findings", "applications", "confirmations", "take-up", "runs"])
def test_empty_lists_say_what_to_do_next(chief, address):
    page = text_of(chief.get(f"/benefits/{address}"))
    assert "empty" in page


def test_a_batch_is_cancelled_and_goes_on_where_it_stopped(chief, county):
    old_soldier()
    disabled(make.VILLAGE_B1, "外村人")
    by = county["as_section"]
    with acting(by):
        run = start_run(division=make.COUNTY, month=month_of(2023, 12), by=by, today=TODAY)
        with pytest.raises(Conflict, match="已有一个批次"):
            start_run(division=make.COUNTY, month=month_of(2023, 12), by=by, today=TODAY)
    with acting(make.system()):
        assert begin_run(run.id, by=make.system())
        assert next_village(run.id, by=make.system(), today=TODAY)
    assert "1 / 3" in text_of(chief.get(f"/benefits/runs/{run.id}"))
    with acting(by):
        cancel_run(run_id=run.id, by=by, today=TODAY)
    with acting(make.system()):
        assert not next_village(run.id, by=make.system(), today=TODAY)
    with acting(by):
        resume_run(run_id=run.id, by=by, today=TODAY)
    with acting(make.system()):
        assert begin_run(run.id, by=make.system())
        while next_village(run.id, by=make.system(), today=TODAY):
            pass
        run = Run.objects.get(pk=run.id)
        assert (run.state, run.done, run.total) == ("done", 3, 3)
        assert run.results["disability_pension"]["2023-12"] == {"people": 1, "fen": 823167}
        assert run.results["rural_over60"]["2023-12"]["people"] == 1
    assert "8,231.67" in text_of(chief.get(f"/benefits/runs/{run.id}"))


def test_deciding_on_a_page_leaves_a_receipt(chief, county):
    who = disabled()
    form = {"programme": "disability_pension", "month": "2022-08", "known_on": ""}
    response = chief.post(f"/people/{who.id}/benefits/decide", form)
    assert response.status_code == 302
    assert "7,693.33元" in text_of(chief.get(response["Location"]))


def test_a_month_is_drafted_from_the_awards_with_a_sentence_for_a_month_that_cannot_be(clerk, county):
    who = disabled()
    awarded(who, "disability_pension", "2023-12")
    look()
    refused = clerk.post("/benefits/draft", {"month": "2031-01"})
    assert refused.status_code == 422 and "最晚是下个月" in refused.content.decode()
    response = clerk.post("/benefits/draft", {"month": "2023-12"})
    at = paying.worked(response)
    assert "8,231.67" in text_of(clerk.get(clerk.get(at)["Location"]))
