"""Pages of programmes, values, changes and simulations: what they show, and that nothing typed is lost."""

import io
import re

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from tests import builders as make
from vetgrid.benefits import rulebook
from vetgrid.benefits.models import ParameterRow, Proposal, Simulation
from vetgrid.benefits.simulation_tasks import run_simulation
from vetgrid.core.scope import acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    make.county()
    return signed_in("clerk", "city_clerk")


@pytest.fixture
def chief():
    return signed_in("chief", "section_chief")


def signed_in(name, role, place=make.COUNTY):
    client = Client()
    client.who = make.user(name, (role, place), name=name)
    make.sign_in(client, client.who)
    return client


def text_of(answer):
    return answer.content.decode()


FRAME = {
    "division": str(make.COUNTY),
    "mode": "set",
    "table": ["combat_test"],
    "label": "2024年提标",
    "document": "石狮市2024年标准的通知",
    "trust": "A",
    "effective_on": "2024-01-01",
    "known_since": "2023-12-20",
    "step": "send",
}


def sent(client, **values):
    return client.post("/benefits/proposals/new", FRAME | values)


def worked_out(client):
    """What the worker would do with the jobs that wait."""
    with acting(make.system()):
        waiting = list(Simulation.objects.filter(state="waiting"))
    for simulation in waiting:
        run_simulation(simulation_id=str(simulation.id), asker=str(client.who.id))


def test_every_programme_is_listed_and_has_a_page_with_rules_in_words_and_rates(clerk):
    listed = text_of(clerk.get("/benefits/programmes"))
    for key, programme in rulebook.rulebook().programmes.items():
        assert programme.label in listed
        page = text_of(clerk.get(f"/benefits/programmes/{key}"))
        assert programme.rules[-1].lines[0].label in page
        assert all(paper in page for paper in programme.papers)
    page = text_of(clerk.get("/benefits/programmes/disability_pension"))
    assert "伤残等级不小于1" in page
    assert page.count("<svg") >= 3
    assert "<desc>" in page
    assert "60周岁以上农村籍退役士兵老年生活补助" in page, "the pair that excludes it"
    assert clerk.get("/benefits/programmes/nothing").status_code == 404


def test_a_table_shows_its_values_by_place_with_documents(clerk):
    page = text_of(clerk.get("/benefits/parameters/combat_test"))
    assert "福建省退役军人事务厅" in page
    assert "11220元/年" in page
    nation = text_of(clerk.get("/benefits/parameters/combat_test?place=0"))
    assert "福建省退役军人事务厅" not in nation
    assert clerk.get("/benefits/parameters/combat_test?place=999").status_code == 200
    assert clerk.get("/benefits/parameters/none").status_code == 404


def test_the_sheet_of_todays_values_can_be_edited_and_uploaded_again(clerk):
    answer = clerk.get("/benefits/parameters/disability_pension/file/values")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "表名,名称,档次,档次说明,方式,数值,单位"
    assert len(lines) > 24
    changed = "\n".join(lines).replace("119400", "120000")
    page = uploaded(clerk, changed.encode(), "改后.csv", table=[])
    assert page.status_code == 200
    assert re.search(r'name="disability_pension:war/1"[^>]*value="', text_of(page))
    rows = clerk.get("/benefits/parameters/disability_pension/file/rows").content.decode("utf-8-sig")
    assert "executed" not in rows
    assert rows.splitlines()[0].startswith("表名,档次")
    assert clerk.get("/benefits/parameters/disability_pension/file/exe").status_code == 404


def uploaded(client, body, name, **values):
    file = SimpleUploadedFile(name, body)
    return client.post("/benefits/proposals/new", FRAME | {"step": "upload", "file": file} | values)


def test_a_change_goes_from_proposal_over_impact_to_approval(clerk, chief):
    answer = sent(clerk, **{"combat_test:": "12,000", "unit:combat_test": "yuan/year"})
    assert answer.status_code == 302, text_of(answer)
    where = answer["Location"]
    assert ProcrastinateJob.objects.filter(task_name__endswith="run_simulation").count() == 1
    assert "正在测算" in text_of(clerk.get(where)) or "排队中" in text_of(clerk.get(where))
    worked_out(clerk)
    page = text_of(clerk.get(where))
    assert "935.00元" in page and "1,000.00元" in page and "+7.0%" in page
    assert "受影响" in page
    assert "等待另一位人员复核" in page
    assert "复核通过</button>" not in page
    theirs = text_of(chief.get(where))
    assert "复核通过</button>" in theirs
    assert chief.post(f"{where}/approve").status_code == 302
    after = text_of(chief.get(where))
    assert "已通过" in after
    assert "935.00元" in after, "compared with what held without it"
    assert "12000元/年" in text_of(clerk.get("/benefits/parameters/combat_test"))


def test_the_proposer_finds_no_door_to_approve_and_is_refused_at_it(clerk):
    where = sent(clerk, **{"combat_test:": "12000", "unit:combat_test": "yuan/year"})["Location"]
    assert clerk.post(f"{where}/approve").status_code == 403
    with acting(make.system()):
        assert Proposal.objects.get().state == "proposed"
        assert not ParameterRow.objects.exclude(proposal=None).exists()


def test_a_rejection_needs_a_reason_and_keeps_what_was_typed(clerk, chief):
    where = sent(clerk, **{"combat_test:": "12000", "unit:combat_test": "yuan/year"})["Location"]
    assert chief.post(f"{where}/reject", {"reason": ""}).status_code == 422
    assert chief.post(f"{where}/reject", {"reason": "文号不对"}).status_code == 302
    assert "文号不对" in text_of(clerk.get(where))


def test_the_proposer_takes_a_change_back(clerk):
    where = sent(clerk, **{"combat_test:": "12000", "unit:combat_test": "yuan/year"})["Location"]
    assert clerk.post(f"{where}/withdraw", {"reason": "重做"}).status_code == 302
    assert "已撤回" in text_of(clerk.get(where))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"combat_test:": "一万二"}, "不是可用的数值"),
        ({"combat_test:": "12000", "unit:combat_test": "yuan/year", "label": ""}, "请填写这一项"),
        ({"combat_test:": "12000", "unit:combat_test": "yuan/year", "effective_on": "2024-13-01"}, "格式不对"),
        ({"combat_test:": "12000", "unit:combat_test": "yuan/year", "known_since": "2024-05-01"}, "不能晚于今天"),
        ({"combat_test:": ""}, "不能删除"),
        ({"combat_test:": "120"}, "低于现行标准"),
    ],
)
def test_bad_input_gets_a_sentence_and_nothing_is_lost(clerk, values, sentence):
    answer = sent(clerk, **values)
    page = text_of(answer)
    assert answer.status_code == 422
    assert sentence in page
    assert f'value="{values["combat_test:"]}"' in page
    assert "石狮市2024年标准的通知" in page
    with acting(make.system()):
        assert not Proposal.objects.exists()


def test_nothing_changed_is_said_so(clerk):
    assert "没有改动任何一格" in text_of(sent(clerk))


def test_a_sheet_fills_the_grid_and_its_wrong_rows_are_named(clerk):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    rows = [
        ["表名", "档次", "数值", "单位"],
        ["combat_test", "", "12000", "元/年"],
        ["残疾抚恤金标准", "war/1", "130008", "yuan/year"],
        ["no_table", "", "1", ""],
        ["disability_pension", "war/99", "1", ""],
        ["disability_pension", "*/1", "1", ""],
        ["disability_pension", "war/2", "1", "元/月"],
        ["ill_returned", "", "1", "斤"],
    ]
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    answer = uploaded(clerk, buffer.getvalue(), "标准.xlsx")
    page = text_of(answer)
    assert answer.status_code == 422
    for sentence in ("第4行:没有“no_table”", "第5行", "第6行:请逐档填写", "第7行", "第8行:不认识单位"):
        assert sentence in page
    assert 'value="12000"' in page
    assert 'value="130008"' in page
    assert "已从表格读入2格" in page


@pytest.mark.parametrize("body", [b"\x00\x01\x02", b"PK\x03\x04broken", b"", "姓名,电话\n甲,1\n".encode()])
def test_a_file_that_is_no_table_of_values_gets_a_sentence(clerk, body):
    answer = uploaded(clerk, body, "x.xlsx")
    assert answer.status_code == 422
    assert "请" in text_of(answer)


def test_the_grid_begins_with_todays_values(clerk):
    page = text_of(clerk.get("/benefits/proposals/new?table=combat_test"))
    assert 'value="11220"' in page
    assert "现行 935.00元" in page


# What-if


ASSUMED = {
    "label": "参战补助提高",
    "first": "2024-01",
    "last": "2024-06",
    "ageing_years": "0",
    "table": ["combat_test"],
    "combat_test:": "1500",
    "unit:combat_test": "yuan/month",
    "step": "send",
}


def test_a_simulation_goes_from_the_form_over_its_progress_to_the_result(chief):
    make.county()
    answer = chief.post("/benefits/simulations/new", ASSUMED)
    assert answer.status_code == 302, text_of(answer)
    where = answer["Location"]
    assert "排队中" in text_of(chief.get(where))
    part = chief.get(where, headers={"HX-Request": "true"})
    assert "hx-get" in text_of(part) and "HX-Refresh" not in part
    worked_out(chief)
    assert chief.get(where, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    page = text_of(chief.get(where))
    assert "改为1500元/月" in page and "受影响" in page and "<svg" in page
    assert "类别,项目" in chief.get(f"{where}/file").content.decode("utf-8-sig")


def test_a_percentage_is_worked_into_the_cells(chief):
    make.county()
    values = {key: value for key, value in ASSUMED.items() if key != "combat_test:"}
    values |= {"unit:combat_test": "yuan/year", "step": "raise:combat_test", "raise:combat_test": "10"}
    page = text_of(chief.post("/benefits/simulations/new", values))
    assert 'value="12342"' in page
    page = text_of(chief.post("/benefits/simulations/new", values | {"raise:combat_test": "很多"}))
    assert "请填数字" in page


def test_a_wrong_rule_line_gets_a_sentence_and_stays_in_the_form(chief):
    make.county()
    line = "line:rural_over60:is_60"
    values = ASSUMED | {"programme": ["rural_over60"], line: "born > nobody"}
    answer = chief.post("/benefits/simulations/new", values)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "没有“nobody”这个名称" in page
    assert "born &gt; nobody" in page
    assert 'value="1500"' in page


def test_a_simulation_without_an_assumption_is_refused(chief):
    make.county()
    values = {key: value for key, value in ASSUMED.items() if key not in ("combat_test:", "table")}
    answer = chief.post("/benefits/simulations/new", values)
    assert answer.status_code == 422
    assert "还没有任何假设" in text_of(answer)


def test_a_running_simulation_can_be_cancelled_on_its_page(chief):
    make.county()
    where = chief.post("/benefits/simulations/new", ASSUMED)["Location"]
    assert chief.post(f"{where}/cancel").status_code == 302
    worked_out(chief)
    assert "已取消" in text_of(chief.get(where))
    assert chief.get(f"{where}/file").status_code == 409


def test_pages_without_any_row_say_what_to_do_next(clerk, chief):
    assert "还没有做过模拟" in text_of(chief.get("/benefits/simulations"))
    assert "没有这样的变更" in text_of(clerk.get("/benefits/proposals?state=approved"))


def test_a_village_clerk_reads_programmes_and_values_and_neither_proposes_nor_simulates():
    make.county()
    client = signed_in("village", "village_clerk", make.VILLAGE_A1)
    assert client.get("/benefits/programmes").status_code == 200
    assert "提出变更" not in text_of(client.get("/benefits/parameters"))
    for path in (
        "/benefits/proposals",
        "/benefits/proposals/new",
        "/benefits/simulations",
        "/benefits/simulations/new",
    ):
        assert client.get(path).status_code == 403
