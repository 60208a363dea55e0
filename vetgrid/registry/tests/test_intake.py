"""Spreadsheets on their way in: checked row by row, loaded whole or not at all, loaded twice without harm."""

import io
import zipfile

import pytest
import xlsxwriter
from django.db import connection

from tests import builders as make
from vetgrid.core.crypto import blind
from vetgrid.core.errors import Conflict, NotAllowed
from vetgrid.core.scope import acting
from vetgrid.files.store import content
from vetgrid.grid.models import Membership
from vetgrid.registry.intake import actions, exporting
from vetgrid.registry.models import (
    BankAccount,
    ExportRun,
    ImportBatch,
    ImportMapping,
    ImportRow,
    Person,
    Phone,
    Service,
)

pytestmark = pytest.mark.django_db
TODAY = make.TODAY
HEADERS = ["姓名", "身份证号码", "联系电话", "入伍时间", "退伍时间", "部队番号", "备注"]


def sheet(rows, headers=HEADERS, title="石狮市灵秀镇退役军人花名册") -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet()
    page.write(0, 0, title)
    for at, header in enumerate(headers):
        page.write(1, at, header)
    for number, row in enumerate(rows, start=2):
        for at, value in enumerate(row):
            page.write(number, at, value)
    book.close()
    return buffer.getvalue()


def good_row(at: int) -> list[object]:
    day = 10 + at % 18
    return [
        f"蔡建{'国强明辉平'[at % 5]}",
        make.id_number(f"350581196503{day}{at:03d}"),
        f"138000{at:05d}",
        "1983年10月",
        "1987.12",
        "31xxx部队",
        "",
    ]


@pytest.fixture
def clerk():
    make.county()
    make.cell(make.VILLAGE_A1)
    with acting(make.system()):
        user = make.user("clerk", ("village_clerk", make.VILLAGE_A1))
    return make.Actor(id=user.id, name="专干", held=make.held_from([("village_clerk", make.VILLAGE_A1)]))


def run(clerk, body: bytes, *, name="花名册.xlsx", chosen=None, load=True) -> ImportBatch:
    batch = actions.upload(body=body, name=name, division=make.VILLAGE_A1, corrects=None, by=clerk, today=TODAY)
    batch = actions.read_sheet(batch_id=batch.id, by=clerk)
    if batch.state == "failed":
        return batch
    actions.choose_columns(batch_id=batch.id, chosen=chosen or batch.mapping, by=clerk, today=TODAY)
    batch = actions.check(batch_id=batch.id, by=clerk, today=TODAY)
    if load and batch.good:
        actions.start_loading(batch_id=batch.id, by=clerk, today=TODAY)
        batch = actions.load(batch_id=batch.id, by=clerk, today=TODAY)
    return batch


def test_a_station_sheet_with_a_title_row_is_read_mapped_checked_and_loaded(clerk):
    with acting(clerk):
        batch = run(clerk, sheet([good_row(at) for at in range(30)]))
        assert (batch.state, batch.created_count, batch.bad) == ("done", 30, 0)
        assert Person.objects.filter(is_veteran=True).count() == 30
        assert Membership.objects.filter(to_on=None).count() == 30
        assert set(Service.objects.values_list("enlisted_on", "discharged_on")) == {("1983-10", "1987-12")}
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_same_sheet_loaded_again_changes_nothing(clerk):
    with acting(clerk):
        body = sheet([good_row(at) for at in range(5)])
        run(clerk, body)
        before = Person.objects.count(), Phone.objects.count()
        batch = run(clerk, body, load=False)
        assert set(ImportRow.objects.filter(batch=batch).values_list("outcome", flat=True)) == {"same"}
        again = run(clerk, body)
        assert (again.created_count, again.updated_count, again.unchanged_count) == (0, 0, 5)
        assert (Person.objects.count(), Phone.objects.count()) == before


def test_wrong_rows_get_sentences_come_back_as_a_file_and_load_after_correction(clerk):
    rows = [good_row(at) for at in range(6)]
    rows[1][1] = "350581196503120010" if rows[1][1] != "350581196503120010" else "350581196503120011"
    rows[2][0] = ""
    rows[3][1] = 350581196503121234
    rows[4][1] = rows[0][1]
    with acting(clerk):
        batch = run(clerk, sheet(rows))
        assert (batch.good, batch.bad, batch.created_count) == (2, 4, 2)
        errors = {
            row.row_no: "".join(row.errors.values()) for row in ImportRow.objects.filter(batch=batch, outcome="bad")
        }
        assert "校验不符" in errors[4]
        assert "请填写姓名" in errors[5]
        assert "数值格式" in errors[6]
        assert "与第3行的身份证号相同" in errors[7]
        stored = actions.rejected_rows(batch_id=batch.id, by=clerk, today=TODAY)
        _, body = content(stored.id)
        second = run(clerk, body, load=False)
        assert (second.total, second.bad) == (4, 3 if second.good else 4)


def test_the_columns_chosen_once_are_remembered_for_the_next_sheet(clerk):
    with acting(clerk):
        headers = ["大名", "号码", *HEADERS[2:]]
        chosen = {"0": "identity.name", "1": "identity.id_number", "2": "phone.number"}
        assert run(clerk, sheet([good_row(1)], headers), chosen=chosen).created_count == 1
        assert ImportMapping.objects.count() == 1
        batch = actions.upload(
            body=sheet([good_row(2)], headers),
            name="b.xlsx",
            division=make.VILLAGE_A1,
            corrects=None,
            by=clerk,
            today=TODAY,
        )
        assert actions.read_sheet(batch_id=batch.id, by=clerk).mapping["0"] == "identity.name"


def test_new_values_update_but_values_that_demand_proof_are_refused(clerk):
    with acting(clerk):
        row = good_row(1)
        run(clerk, sheet([row]))
        row[2] = "13911112222"
        assert run(clerk, sheet([row])).updated_count == 1
        assert Person.objects.get().phone.reveal() == "13911112222"
        row[1], row[0] = good_row(1)[1], "蔡改名"
        batch = run(clerk, sheet([row]))
        assert batch.bad == 1
        assert "须在档案页申请" in "".join(ImportRow.objects.get(batch=batch).errors.values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_tables_of_every_usual_encoding_are_read(clerk, encoding):
    body = ("姓名,身份证号,电话\n" + ",".join(str(cell) for cell in good_row(1)[:3]) + "\n").encode(encoding)
    with acting(clerk):
        assert run(clerk, body, name="a.csv").created_count == 1


def test_a_person_of_another_village_is_not_touched_nor_revealed(clerk):
    row = good_row(1)
    make.person(make.VILLAGE_B1, "外村人", id_number=row[1])
    with acting(clerk):
        batch = run(clerk, sheet([row]))
        assert batch.created_count == 1
        assert "外村" not in str(list(ImportRow.objects.values_list("errors", flat=True)))


def test_each_step_is_taken_once(clerk):
    with acting(clerk):
        batch = run(clerk, sheet([good_row(1)]))
        with pytest.raises(Conflict, match="已完成"):
            actions.load(batch_id=batch.id, by=clerk, today=TODAY)


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(450):
                part.write(b"\0" * (1 << 20))
    return buffer.getvalue()


HOSTILE = {
    "empty": (b"", None),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "另存为 xlsx"),
    "web page": ("<html><table><tr><td>姓名</td></tr></table></html>".encode(), "另存为 xlsx"),
    "truncated": (sheet([good_row(1)])[:900], "另存为 xlsx"),
    "zip without sheet": (b"PK\x05\x06" + b"\0" * 18, "表格"),
    "bomb": (bomb(), "文件太大"),
    "old binary stub": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "表格"),
    "random": (bytes(range(256)) * 20, "表格|编码|xlsx"),
    "only headers": (sheet([]), "没有数据行"),
}


@pytest.mark.parametrize("kind", [key for key in HOSTILE if key != "empty"])
def test_hostile_files_end_in_a_sentence_that_says_what_to_do(clerk, kind):
    body, sentence = HOSTILE[kind]
    with acting(clerk):
        batch = run(clerk, body)
        assert batch.state == "failed"
        assert any(part in batch.error for part in sentence.split("|")), batch.error
        assert not Person.objects.exists()


def test_a_million_empty_rows_cost_neither_time_nor_rows(clerk):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True})
    page = book.add_worksheet()
    for at, header in enumerate(HEADERS):
        page.write(0, at, header)
    for at, value in enumerate(good_row(1)):
        page.write(1, at, value)
    page.write_blank(1_040_000, 0, None, book.add_format({"bold": True}))
    book.close()
    with acting(clerk):
        assert run(clerk, buffer.getvalue()).created_count == 1


def test_formulas_from_outside_never_become_formulas_in_an_export(clerk):
    with acting(clerk):
        row = good_row(1)
        row[5] = '=HYPERLINK("http://x","y")'
        run(clerk, sheet([row]))
        run_ = exporting.ask(filters={"text": ""}, is_masked=True, reason="走访名单", by=clerk, today=TODAY)
        run_ = exporting.make(run_id=run_.id, by=clerk, today=TODAY)
        _, body = content(run_.file)
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            inside = b"".join(archive.read(name) for name in archive.namelist())
        assert b"<f>" not in inside
        assert row[1].encode() not in inside
        assert ExportRun.objects.get().total == 1


def test_an_export_in_clear_needs_the_right_to_unmask(clerk):
    reader = make.actor("grid_contact", make.VILLAGE_A1)
    with acting(reader), pytest.raises(NotAllowed):
        exporting.ask(filters={}, is_masked=False, reason="走访名单", by=reader, today=TODAY)


def test_imported_bank_accounts_carry_the_index_by_which_equal_ones_are_found(clerk):
    headers = [*HEADERS, "开户银行", "银行账号"]
    rows = [[*good_row(at), "石狮农商银行", "6222 0012 0000 0001"] for at in range(2)]
    with acting(clerk):
        run(clerk, sheet(rows, headers))
    with acting(make.system()):
        found = list(BankAccount.objects.all())
    assert len(found) == 2
    assert {bytes(row.account_index) for row in found} == {blind(found[0].account.reveal(), "bank_account")}
