"""Formats are data: golden bytes in GB18030, control totals, and files that cannot be read say why."""

import hashlib
from datetime import date

import pytest

from vetgrid.core.errors import Conflict, Invalid
from vetgrid.payments import bankfile
from vetgrid.payments.bankfile import Payment

PAYMENTS = [
    Payment("202312-001-000001", "6222001200000001", "蔡建国", 123456, "石狮农商银行", "12月优抚待遇"),
    Payment("202312-001-000002", "6222001200000002", "买买提·吐尔逊", 5, "农行,石狮支行", "12月优抚待遇"),
    Payment("202312-001-000003", "6222001200000003", "㐂𠮷", 100000000, "邮储银行", "12月优抚待遇"),
]
DAY = date(2023, 12, 28)


def written(key):
    return bankfile.write(bankfile.format_of(key, "sent"), PAYMENTS, number="202312-001", on=DAY)


def test_the_csv_file_has_these_very_bytes():
    expected = (
        "明细号,账号,户名,金额,开户行,附言\r\n"
        "202312-001-000001,6222001200000001,蔡建国,1234.56,石狮农商银行,12月优抚待遇\r\n"
        '202312-001-000002,6222001200000002,买买提·吐尔逊,0.05,"农行,石狮支行",12月优抚待遇\r\n'
        "202312-001-000003,6222001200000003,㐂𠮷,1000000.00,邮储银行,12月优抚待遇\r\n"
        "合计,3,1001234.61\r\n"
    ).encode("gb18030")
    assert written("csv_gb18030") == expected
    assert b"\xb2\xcc\xbd\xa8\xb9\xfa" in expected, "蔡建国 in GB18030"


def test_every_line_of_the_fixed_file_has_the_width_that_the_format_says():
    body = written("fixed_gb18030")
    header, *rows, trailer, end = body.split(b"\r\n")
    assert end == b""
    assert header == b"H" + b"202312-001".ljust(20) + b"20231228" + b"00000003" + b"0000000100123461"
    assert trailer == b"T" + b"00000003" + b"0000000100123461"
    assert {len(row) for row in rows} == {1 + 24 + 32 + 40 + 14 + 60 + 40}
    assert rows[0] == (
        b"D" + b"202312-001-000001".ljust(24) + b"6222001200000001".ljust(32) + "蔡建国".encode("gb18030").ljust(40)
        + b"00000000123456" + "石狮农商银行".encode("gb18030").ljust(60) + "12月优抚待遇".encode("gb18030").ljust(40)
    )  # fmt: skip
    assert hashlib.sha256(body).hexdigest() == hashlib.sha256(written("fixed_gb18030")).hexdigest()


def test_a_long_name_is_cut_at_a_whole_character_and_a_long_account_is_refused():
    form = bankfile.format_of("fixed_gb18030", "sent")
    long = Payment("202312-001-000001", "1" * 20, "长" * 25, 1, "行", "附")
    body = bankfile.write(form, [long], number="202312-001", on=DAY)
    assert body.split(b"\r\n")[1][57:97].decode("gb18030") == "长" * 20
    with pytest.raises(Conflict, match="超出银行文件规定的32字节"):
        bankfile.write(form, [Payment("1", "1" * 33, "名", 1, "行", "附")], number="202312-001", on=DAY)


def test_what_was_written_in_fixed_width_can_be_read_back():
    rows = [(row + b"0000") if row.startswith(b"D") else row for row in written("fixed_gb18030").split(b"\r\n")]
    body = b"\r\n".join(row[:111] + b"E001" if row.startswith(b"D") else row for row in rows)
    found = bankfile.read(bankfile.format_of("return_fixed_gb18030", "returned"), body)
    assert [(row.reference, row.amount_fen, row.code) for row in found.rows] == [
        (payment.reference, payment.amount_fen, "E001") for payment in PAYMENTS
    ]
    assert found.problem == ""


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "文件是空的"),
        ("头\n".encode("gb18030") + b"\xff\xff\xff\n", "不是gb18030编码"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(body, sentence):
    with pytest.raises(Invalid, match=sentence):
        bankfile.read(bankfile.format_of("return_csv_gb18030", "returned"), body)


@pytest.mark.parametrize(
    ("trailer", "sentence"),
    [
        ("", "没有合计行"),
        ("合计,x,y\n", "无法识别"),
        ("合计,1,9.99\n", "写明1笔9.99元,实际2笔2.00元"),
        ("合计,2,2.00\n", ""),
    ],
)
def test_control_totals_are_compared(trailer, sentence):
    text = f"头\na,,,1.00,0000,\nb,,,1.00,0000,\n{trailer}"
    found = bankfile.read(bankfile.format_of("return_csv_gb18030", "returned"), text.encode("gb18030"))
    assert sentence in found.problem and bool(sentence) == bool(found.problem)


def test_a_row_that_cannot_be_read_stays_a_row():
    text = "头\n乱七八糟\na,,,1.2.3,0000,\n合计,2,0.00\n"
    found = bankfile.read(bankfile.format_of("return_csv_gb18030", "returned"), text.encode("gb18030"))
    assert [(row.text, row.amount_fen) for row in found.rows] == [("乱七八糟", None), ("a,,,1.2.3,0000,", None)]
