"""Cards in a real browser: an elder's application at home up to the card in hand, a photograph sent back, a lost card replaced."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import builders as make
from tests.journeys.console_page import as_user, check_accessibility, move, sign_in
from tests.running import Running
from vetgrid.cards.tests import photographs
from vetgrid.cards.tests.pipeline import sheet

pytestmark = pytest.mark.browser
ELDER, YOUNGER = "仇阿公", "仇阿明"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def new_file(tab: Page, running: Running, name: str, born: str, serial: int) -> None:
    """Builds the file of a veteran, which every application needs first."""
    tab.goto(f"{running.url}/people/new?q={name}")
    values = {
        "identity.name": name,
        "identity.id_number": make.id_number(f"350581{born.replace('-', '')}{serial:03d}"),
        "identity.born_on": born,
    }
    for key, value in values.items():
        field = tab.locator(f'[name="{key}"]')
        if field.count():
            field.fill(value)
    source = tab.locator('select[name="source"]')
    source.select_option(index=1)
    tab.get_by_role("button", name=re.compile("建立|新建|保存")).first.click()
    expect(tab.get_by_text(f"已建立{name}的档案。")).to_be_visible()


def apply_for(tab: Page, running: Running, name: str, *, at_home: bool) -> str:
    """Registers the application from the file; returns its address."""
    tab.goto(f"{running.url}/cards/applications/new")
    tab.get_by_label("姓名、拼音、证件号或电话").press_sequentially(name)
    tab.locator("#people-found a").first.click()
    expect(tab.get_by_role("heading", name=f"登记优待证申领 · {name}")).to_be_visible()
    if at_home:
        expect(tab.get_by_text("已满80周岁,可以上门办理")).to_be_visible()
        tab.get_by_label("申请方式").select_option(label="上门办理")
        tab.get_by_label("上门理由").select_option(label="80周岁以上")
        tab.get_by_label("上门地址").fill("仕林村12号")
    tab.get_by_label("发卡银行").select_option(label="中国工商银行")
    for paper in ("户口簿或居住证明", "退役证件(核对后退还)"):
        tab.get_by_label(paper).check()
    tab.get_by_role("button", name="登记申领").click()
    expect(tab.get_by_text("已登记。请上传照片并核对材料。")).to_be_visible()
    return tab.url


def upload_photo(tab: Page, address: str, body: bytes) -> None:
    tab.goto(address)
    tab.get_by_label(re.compile("照片文件")).set_input_files(
        [{"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": body}]
    )
    tab.get_by_role("button", name="上传照片").click()
    expect(tab.get_by_text("照片已上传并测量")).to_be_visible()


def check_photo(tab: Page, address: str) -> None:
    tab.goto(address)
    for box in tab.locator('input[name="ticked"]').all():
        box.check()
    tab.get_by_role("button", name="照片合格").click()
    expect(tab.get_by_text("照片核对合格。")).to_be_visible()


def load(tab: Page, running: Running, label: str, step: str, *row: str) -> None:
    """A file from outside with one row; the page says that it was applied."""
    tab.goto(f"{running.url}/cards/intake")
    check_accessibility(tab, "files from outside")
    tab.get_by_label("文件种类").select_option(label=label)
    tab.get_by_label(re.compile("表格文件")).set_input_files(
        [{"name": f"{step}.xlsx", "mimeType": XLSX, "buffer": sheet(step, row)}]
    )
    tab.get_by_role("button", name="上传并载入").click()
    expect(tab.get_by_text("文件已载入,逐行结果见下。")).to_be_visible()
    expect(tab.locator("tbody").get_by_text("已办理")).to_be_visible()
    check_accessibility(tab, "file from outside")


def count_in(tab: Page, batch: str, code: str) -> None:
    """The scanner types the code and presses Enter; then the batch is closed."""
    tab.goto(batch)
    expect(tab.get_by_label(re.compile("扫证卡信封上的码"))).to_be_focused()
    tab.keyboard.type(code)
    tab.keyboard.press("Enter")
    expect(tab.get_by_text(re.compile("收到:.*还有0张"))).to_be_visible()
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="结束清点").click()
    expect(tab.get_by_text("清点完毕:应收1,收到1,短少0,破损0。")).to_be_visible()


def test_an_elders_application_at_home_up_to_the_card_in_hand(page: Page, running: Running, browser: Browser):
    sign_in(page, running, "village_clerk")
    new_file(page, running, ELDER, "1938-05-06", 31)
    address = apply_for(page, running, ELDER, at_home=True)
    number = re.search(r"优申〔2023〕\d+号", page.content()).group()
    check_accessibility(page, "application")
    upload_photo(page, address, photographs.good())

    town = as_user(browser, running, "town_head")
    check_photo(town, address)
    check_accessibility(town, "application with photograph")
    move(town, "受理", at=address)
    city, section = as_user(browser, running, "city_clerk"), as_user(browser, running, "section_chief")
    move(city, "核实", {"说明": "与退役档案一致"}, at=address)
    move(section, "县初审通过", at=address)
    expect(section.get_by_text("起30个工作日").first).to_be_visible()

    day = "2023-12-28"
    load(city, running, "市审核结果", "city", number, "通过", day)
    load(city, running, "省备案(裁量决定)结果", "province", number, "备案", day)
    load(city, running, "银行审核结果", "bank", number, "成功", day)
    load(city, running, "制卡发运清单", "maker", number, "成功", day, "6217001800000031", "JOURNEY-1")

    # The county signs for the parcel, packs the card for the town, the town counts it in; nobody issues before that.
    city.goto(f"{running.url}/cards/batches?text=JOURNEY-1")
    batch = running.url + city.locator("tbody a").first.get_attribute("href")
    city.goto(address)
    code = city.get_by_role("link", name=re.compile(r"^C350581")).first.inner_text()
    count_in(city, batch, code)
    city.goto(batch)
    check_accessibility(city, "batch")
    city.goto(f"{batch}/sheet")
    check_accessibility(city, "sheet")
    city.goto(f"{running.url}/cards/batches/pack")
    city.get_by_label(ELDER, exact=True).check()
    city.get_by_label("接收服务站").select_option(label="灵秀镇退役军人服务站")
    city.get_by_role("button", name="打包", exact=True).click()
    expect(city.get_by_text(re.compile("已打包,批次号P"))).to_be_visible()
    down = city.url
    page.goto(f"{running.url}/cards/list?text={code}")
    page.get_by_role("link", name=code).click()
    card = page.url
    expect(page.get_by_role("link", name="发放", exact=True)).to_have_count(0)
    count_in(town, down, code)

    move(page, "发放", choose={"发放方式": "送证上门"}, at=card)
    expect(page.get_by_text("已发放", exact=True).first).to_be_visible()
    check_accessibility(page, "card")
    page.goto(address)
    expect(page.get_by_text("已发证", exact=True).first).to_be_visible()
    other = as_user(browser, running, "other_clerk")
    other.goto(address)
    expect(other.get_by_text("没有找到这件申领")).to_be_visible()
    for tab in (town, city, section, other):
        tab.context.close()


def test_a_photograph_sent_back_made_anew_from_the_phone_and_accepted(page: Page, running: Running, browser: Browser):
    sign_in(page, running, "village_clerk")
    new_file(page, running, YOUNGER, "1985-05-06", 33)
    address = apply_for(page, running, YOUNGER, at_home=False)
    phone = photographs.from_a_phone()
    upload_photo(page, address, phone)
    expect(page.locator("#photo").get_by_text("不合格").first).to_be_visible()
    town = as_user(browser, running, "town_head")
    move(town, "退回补正", {"需要补正": "照片尺寸和背景不合格,请重拍。"}, {"退回原因": "照片不符合要求"}, at=address)
    expect(town.get_by_role("link", name="补正告知书")).to_be_visible()

    page.goto(f"{running.url}/cards/photo-help")
    page.get_by_label(re.compile("手机照片")).set_input_files(
        [{"name": "phone.jpg", "mimeType": "image/jpeg", "buffer": phone}]
    )
    page.get_by_role("button", name="制作").click()
    expect(page.get_by_text("测量全部合格")).to_be_visible()
    check_accessibility(page, "photo help")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载照片").click()
    made = download.value.path().read_bytes()
    assert 20 * 1024 <= len(made) <= 50 * 1024
    upload_photo(page, address, made)
    expect(page.locator("#photo").get_by_text("不合格")).to_have_count(0)
    move(page, "补正后提交", {"说明": "已用手机照片重新制作"}, at=address)
    check_photo(town, address)
    move(town, "受理", at=address)
    expect(town.get_by_text("已受理", exact=True).first).to_be_visible()
    town.context.close()


def test_a_lost_card_is_paused_then_lost_then_replaced(page: Page, running: Running, browser: Browser):
    sign_in(page, running, "village_clerk")
    page.goto(f"{running.url}/cards/list?state=issued")
    card = running.url + page.locator("tbody a").first.get_attribute("href")
    move(page, "临时挂失", {"日期": "2023-12-28"}, at=card)
    expect(page.get_by_text("2024年1月12日自动解除").first).to_be_visible()
    move(page, "正式挂失", {"日期": "2023-12-28", "说明": "工行石狮支行,回执20231228"}, at=card)
    page.get_by_role("link", name="申请补换").click()
    expect(page.get_by_label("补换原因")).to_have_value("lost")
    for box in page.locator('input[name="materials"]').all():
        box.check()
    check_accessibility(page, "replacement")
    page.get_by_role("button", name="申请补换").click()
    expect(page.get_by_text("补换申请已登记")).to_be_visible()
    address = page.url
    upload_photo(page, address, photographs.good())
    town = as_user(browser, running, "town_head")
    check_photo(town, address)
    move(town, "受理", at=address)
    page.goto(card)
    expect(page.get_by_text("已换发", exact=True).first).to_be_visible()
    page.goto(f"{running.url}/cards")
    expect(page.get_by_role("heading", name="申请与证卡对照")).to_be_visible()
    expect(page.get_by_text("数目相符")).to_be_visible()
    town.context.close()
