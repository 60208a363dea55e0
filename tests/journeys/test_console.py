"""A day in the office, in a real browser: what a clerk does from sign-in to the report, and what another town's clerk sees of it."""

import io
import re
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Browser, Page, expect
from python_calamine import CalamineWorkbook

from tests import builders as make
from tests.journeys.console_page import DESKTOP, PHONE, check_accessibility, check_fits, sign_in
from tests.running import Running

pytestmark = pytest.mark.browser


def workbook(rows: list[list[str]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    for at, row in enumerate(
        [["石狮市灵秀镇仕林村退役军人花名册"], ["姓名", "身份证号", "联系电话", "入伍时间", "退伍时间"], *rows]
    ):
        sheet.write_row(at, 0, row)
    book.close()
    return buffer.getvalue()


def roster() -> tuple[list[list[str]], list[list[str]]]:
    """Twenty good rows and ten with one mistake each; the second list is the ten corrected."""
    good = [
        [
            f"仇导{'一二三四五六七八九十'[at % 10]}{'甲乙丙'[at // 10]}",
            make.id_number(f"3505821971{at // 20 + 1:02d}{at % 20 + 5:02d}{at + 11:03d}"),
            f"1380000{at + 5000}",
            "1989-03",
            "1992-12",
        ]
        for at in range(30)
    ]
    bad = [list(row) for row in good[20:]]
    for at, row in enumerate(bad):
        if at < 4:
            row[1] = row[1][:10] + str((int(row[1][10]) + 1) % 10) + row[1][11:]
        elif at < 6:
            row[0] = "Wang 3"
        elif at < 8:
            row[2] = "12345"
        else:
            row[3] = "2199年"
    return [*good[:20], *bad], good[20:]


def upload(page: Page, running: Running, body: bytes, name: str) -> None:
    page.goto(f"{running.url}/imports")
    page.get_by_label("表格文件").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": body}
    )
    page.get_by_role("button", name="上传并读取").click()
    expect(page.get_by_role("heading", name="每一列是什么")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="检查各行").click()
    expect(page.get_by_text("检查完成")).to_be_visible(timeout=30_000)


def test_a_clerks_day_from_a_sheet_with_ten_bad_rows_to_the_figure_in_the_report(
    page: Page, running: Running, browser: Browser
):
    sign_in(page, running, "village_clerk")
    page.goto(f"{running.url}/reports/five-year/grid.contact_coverage")
    before = int(re.search(r"共 (\d+) 条", page.content()).group(1))

    rows, corrected = roster()
    upload(page, running, workbook(rows), "花名册.xlsx")
    expect(page.get_by_text("20行可以导入,10行有错误")).to_be_visible()
    for sentence in ("校验不符", "姓名只能用汉字", "电话应为11位", "不能晚于今天"):
        expect(page.get_by_text(sentence).first).to_be_visible()
    page.get_by_role("button", name="导入20行").click()
    expect(page.get_by_text("导入完成:新建20份档案")).to_be_visible(timeout=60_000)

    with page.expect_download() as download:
        page.get_by_role("button", name="下载有错误的10行").click()
    rejected = CalamineWorkbook.from_path(download.value.path()).get_sheet_by_index(0).to_python()
    assert len(rejected) == 11
    assert rejected[0][-1] == "错误说明"
    upload(page, running, workbook(corrected), "改正.xlsx")
    expect(page.get_by_text("10行可以导入,0行有错误")).to_be_visible()
    page.get_by_role("button", name="导入10行").click()
    expect(page.get_by_text("新建10份档案")).to_be_visible(timeout=60_000)

    page.goto(running.url)
    page.keyboard.press("/")
    page.keyboard.type("qdyj")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="仇导一甲")).to_be_visible()
    page.get_by_role("link", name="仇导一甲").click()
    expect(page.get_by_role("heading", name="责任联系人")).to_be_visible()

    page.goto(f"{running.url}/hand-over")
    page.locator("main").get_by_role("link", name="交接").first.click()
    expect(page.get_by_text("接替人员", exact=False).first).to_be_visible()
    for select in page.locator("select[id^='to-']:not(#to-all)").all():
        options = [option.get_attribute("value") for option in select.locator("option").all()]
        select.select_option(options[-1])
    page.get_by_label("交接原因").fill("岗位调整")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="确认交接").click()
    if page.locator(".error").count():
        for select in page.locator(".has-error select").all():
            options = [option.get_attribute("value") for option in select.locator("option").all()]
            select.select_option(options[1])
        page.get_by_role("button", name="确认交接").click()
    expect(page.get_by_text("交接完成")).to_be_visible()

    page.goto(f"{running.url}/reports/five-year")
    link = page.get_by_role("link", name="退役军人挂钩联系覆盖率")
    expect(link).to_have_text("100")
    link.click()
    expect(page.get_by_text(f"共 {before + 30} 条")).to_be_visible()

    context = browser.new_context(viewport=DESKTOP, locale="zh-CN")
    other = context.new_page()
    sign_in(other, running, "other_clerk")
    for address in (
        "/search?q=仇导",
        "/people?text=qdyj",
        "/imports",
        "/reports/five-year/grid.contact_coverage",
        "/grid/cells",
    ):
        other.goto(running.url + address)
        assert "仇导一" not in other.inner_text("main"), address
        assert "花名册.xlsx" not in other.inner_text("main"), address
        assert "仕林" not in other.inner_text("main"), address
    context.close()


PAGES = {
    "town_head": [
        "/",
        "/people",
        "/people?text=cai",
        "/people/new?q=蔡",
        "/requests",
        "/duplicates",
        "/imports",
        "/exports",
        "/grid",
        "/grid/cells",
        "/hand-over",
        "/stations",
        "/staff",
        "/reception-days",
        "/calendar",
        "/divisions",
        "/reports/five-year",
        "/reports/sealed",
        "/inbox",
        "/inbox?whose=place",
        "/inbox/stations",
        "/zero",
        "/messages",
        "/messages/log",
        "/help",
        "/help/appeal",
        "/appeals",
        "/appeals/new",
        "/accusations/new",
        "/consultations",
        "/consultations/new",
        "/receptions",
        "/receptions/new",
        "/appointments",
        "/rota",
        "/mediations",
        "/mediations/new",
        "/legal-aid",
        "/legal-aid/new",
        "/alerts",
        "/ratings",
        "/policies",
        "/policies?text=延长办理期限",
        "/faq",
        "/cards",
        "/cards/applications",
        "/cards/applications/new",
        "/cards/list?unissued=1",
        "/cards/batches",
        "/cards/batches/pack",
        "/cards/photo-help",
        "/help/card_application",
        "/mini-program",
        "/bindings",
        "/authorities",
        "/campaigns",
        "/vacancies",
        "/fairs",
        "/account",
        "/style",
    ],
    "city_clerk": [
        "/campaigns/new",
        "/stories",
        "/stories/new",
        "/vacancies/new",
        "/benefits/programmes",
        "/benefits/programmes/disability_pension",
        "/benefits/programmes/rural_over60",
        "/benefits/parameters",
        "/benefits/parameters/disability_pension",
        "/benefits/proposals",
        "/benefits/proposals/new",
        "/benefits/proposals/new?table=disability_pension&table=combat_test",
        "/benefits/simulations",
        "/benefits/simulations/new",
        "/benefits/simulations/new?table=survivors_pension&programme=rural_over60",
    ],
    "system_admin": ["/users", "/users/new", "/divisions", "/roles", "/system"],
    "security_admin": ["/users", "/grants", "/roles"],
    "discipline_officer": ["/", "/accusations", "/help/accusation"],
    "auditor": ["/audit", "/audit/verify", "/audit/digest"],
}


@pytest.mark.parametrize("role", sorted(PAGES))
def test_every_page_is_accessible_and_fits_the_screen(page: Page, running: Running, role: str):
    page.goto(f"{running.url}/sign-in")
    check_accessibility(page, "/sign-in")
    sign_in(page, running, role)
    for address in PAGES[role]:
        page.set_viewport_size(DESKTOP)
        response = page.goto(running.url + address)
        assert response is not None and response.status == 200, address
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            check_accessibility(page, f"{address} at {size}")
            check_fits(page)


def test_the_drawer_opens_closes_with_escape_and_gives_the_focus_back(page: Page, running: Running):
    sign_in(page, running, "town_head")
    page.goto(f"{running.url}/people")
    link = page.locator("tbody a").first
    link.click()
    expect(page.locator("#drawer")).to_be_visible()
    check_accessibility(page, "drawer")
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).not_to_be_visible()
    expect(link).to_be_focused()


def test_a_masked_number_is_shown_after_one_click_and_a_reason(page: Page, running: Running):
    sign_in(page, running, "town_head")
    page.goto(f"{running.url}/people?standing=veteran")
    page.locator("tbody a").first.click()
    page.get_by_role("link", name="打开完整档案").click()
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        check_accessibility(page, f"the file of a person at {size}")
        check_fits(page)
    page.set_viewport_size(DESKTOP)
    page.get_by_role("link", name=re.compile(r"^查看原文\s*身份证号$")).first.click()
    page.get_by_label("查看原因").fill("核对证件")
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.locator("#clear-text")).to_have_text(re.compile(r"^\d{17}[\dX]$"))


def test_possible_duplicates_are_offered_while_a_new_file_is_typed(page: Page, running: Running):
    sign_in(page, running, "town_head")
    page.goto(f"{running.url}/people?standing=veteran")
    known = page.locator("tbody a").first.inner_text()
    page.goto(f"{running.url}/people/new?q=%E4%BB%87%E6%9F%90%E6%9F%90")
    expect(page.get_by_text("没有找到相近的档案")).to_be_visible()
    page.get_by_label("姓名", exact=False).last.fill(known)
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading", name="可能已有这个人的档案")).to_be_visible()
    expect(page.get_by_role("cell", name=known).first).to_be_visible()


def test_a_rate_is_raised_in_two_hands_and_what_it_costs_is_seen_before(page: Page, running: Running, browser: Browser):
    sign_in(page, running, "city_clerk")
    page.goto(f"{running.url}/benefits/proposals/new?table=combat_test")
    page.get_by_label("变更名称").fill("参战补助提标")
    page.get_by_label("依据文件").fill("石狮市2024年标准的通知")
    page.get_by_label("来源").select_option("A")
    page.get_by_label("执行日期").fill("2024-01-01")
    cell = page.get_by_label("参战参试退役人员生活补助标准", exact=False).first
    cell.fill("一千")
    page.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("不是可用的数值")).to_be_visible()
    assert cell.input_value() == "一千"
    check_accessibility(page, "a wrong cell")
    cell.fill("12000")
    page.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("提出人不能复核自己提出的变更")).to_be_visible()
    expect(page.get_by_text("谁多谁少")).to_be_visible(timeout=60_000)
    check_accessibility(page, "a proposal")
    where = page.url

    context = browser.new_context(viewport=DESKTOP, locale="zh-CN")
    chief = context.new_page()
    sign_in(chief, running, "section_chief")
    chief.goto(where)
    chief.on("dialog", lambda dialog: dialog.accept())
    chief.get_by_role("button", name="复核通过").click()
    expect(chief.get_by_text("新标准已追加入库")).to_be_visible()
    context.close()
    page.goto(f"{running.url}/benefits/parameters/combat_test")
    expect(page.get_by_text("12000元/年")).to_be_visible()


def test_a_simulation_is_worked_out_while_the_page_waits(page: Page, running: Running):
    sign_in(page, running, "section_chief")
    page.goto(f"{running.url}/benefits/simulations/new?table=ill_returned")
    page.get_by_label("模拟名称").fill("带病回乡提高")
    page.get_by_label("各档上浮%").fill("5")
    page.get_by_role("button", name="算出").click()
    page.get_by_role("button", name="开始模拟").click()
    expect(page.get_by_role("heading", name="谁多谁少")).to_be_visible(timeout=60_000)
    check_accessibility(page, "a simulation")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载").click()
    assert "类别" in Path(download.value.path()).read_text(encoding="utf-8-sig")
