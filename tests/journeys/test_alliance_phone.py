"""The alliance and the card on a veteran's phone: near, shown, scanned off the screen, redeemed, refused; applied for and seen by the console."""

import io
import re
from collections.abc import Iterator

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys.console_page import EVERY_RULE, PHONE, as_user, check_accessibility, check_fits
from tests.journeys.phone_page import TOWN, Phone, people_of
from tests.journeys.test_miniprogram import tab_to
from tests.journeys.test_offers import join
from tests.running import Running
from vetgrid.cards.tests import photographs

pytestmark = pytest.mark.browser
NAME = "海晏茶楼"
HERE = {"latitude": 24.7330, "longitude": 118.6480}


@pytest.fixture(scope="module")
def everybody(running: Running) -> dict[str, list[dict[str, str]]]:
    return people_of(running)


@pytest.fixture(scope="module")
def cardless(everybody) -> Iterator[dict[str, str]]:
    """Each journey takes the next veteran with a phone and without a card."""
    return iter([one for one in everybody["cardless"] if not one["may_apply"]])


@pytest.fixture(scope="module")
def applicant(everybody) -> dict[str, str]:
    return next(one for one in everybody["cardless"] if one["may_apply"])


@pytest.fixture
def phone(browser: Browser, running: Running):
    one = Phone(browser, running)
    yield one
    one.close()


def arrive(phone: Phone, who: dict[str, str]) -> None:
    phone.sign_in(who["phone"])
    phone.is_at("石狮退役军人")


def scanned(phone: Phone) -> str:
    """What a scanner reads off the phone's own screen."""
    expect(phone.tab.locator("canvas.qr:visible")).to_be_visible()
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(phone.tab.screenshot())))
    assert len(found) == 1, "one code, and it can be read"
    return found[0].text


def till_of(browser: Browser, running: Running) -> Page:
    """A merchant with an offer, just joined, and its till signed in on a phone."""
    town, section = as_user(browser, running, "town_head"), as_user(browser, running, "section_chief")
    _, username, first = join(town, section, running, name=NAME, registered="9235058198766")
    for tab in (town, section):
        tab.context.close()
    till = browser.new_context(viewport=PHONE, locale="zh-CN").new_page()
    till.add_init_script(CAMERA)
    till.goto(f"{running.url}/m/#/alliance/till")
    till.get_by_role("link", name="打开商家核验").click()
    till.get_by_label(re.compile("商家账号")).fill(username)
    till.get_by_label(re.compile("^密码")).fill(first)
    till.get_by_role("button", name="登录").click()
    till.get_by_label(re.compile("原密码")).fill(first)
    till.get_by_label(re.compile("新密码")).fill("Haiyan-2023-ok")
    till.get_by_role("button", name="保存").click()
    expect(till.get_by_text("堂食八折")).to_be_visible()
    return till


CAMERA = """
window.BarcodeDetector = class { async detect() { return window.inFront ? [{ rawValue: window.inFront }] : []; } };
navigator.mediaDevices.getUserMedia = async () => document.createElement("canvas").captureStream();
"""
"""A browser that can read codes: what lies in front of its camera is what the real decoder read off the veteran's screen."""


def scan(till: Page, running: Running, text: str) -> None:
    till.goto(f"{running.url}/shop")
    till.get_by_role("button", name="扫优待码").click()
    expect(till.get_by_text("请对准对方手机上的优待码。")).to_be_visible()
    till.evaluate("text => { window.inFront = text; }", text)


def redeem(till: Page, running: Running, text: str) -> None:
    """As WeChat's scanner does it: the till opens with what was scanned already filled in."""
    till.goto(f"{running.url}/shop?code={text}")
    expect(till.get_by_label(re.compile("优待码"))).to_have_value(text)
    till.get_by_role("button", name="核验").click()


def test_a_veteran_finds_an_offer_near_him_shows_his_code_and_says_when_it_was_refused(
    phone: Phone, everybody, browser: Browser, running: Running
):
    till = till_of(browser, running)
    who = everybody["unbound"][-1]  # other journeys take from the beginning
    phone.tab.context.grant_permissions(["geolocation"])
    phone.tab.context.set_geolocation(HERE)
    phone.become(who)
    phone.follow("崇军魔方")
    phone.is_at("崇军魔方")
    expect(phone.tab.locator(".plan")).to_have_count(0)  # nobody was asked for his place yet
    phone.axe()
    phone.press("按距离排(要用您的位置)")
    phone.shows("离我最近的优惠")
    expect(phone.tab.locator(".plan-dot:visible").first).to_be_visible()
    nearest = phone.tab.locator("a.card:visible").first
    expect(nearest).to_contain_text(NAME)
    expect(nearest).to_contain_text(re.compile(r"就在这里|边 \d+ 米"))
    phone.axe()
    nearest.click()
    phone.is_at("优惠")
    for words in ("90天内没有核销记录", "本人的优待码或优待证", "濠江路88号", "崇军联盟协议", "起,长期有效"):
        phone.shows(words)
    phone.axe()

    # The code is read off the screen, and redeems once.
    phone.press("出示我的优待码")
    phone.is_at("我的优待码")
    phone.shows("没有您的姓名、证号和电话")
    phone.axe()
    text = scanned(phone)
    assert who["name"] not in text and who["id"].replace("-", "") not in text.lower()
    scan(till, running, text)
    expect(till.get_by_text("符合", exact=True)).to_be_visible()
    number = till.locator(".verdict .code").inner_text()
    assert who["name"] not in till.content() and who["id_number"] not in till.content()
    check_fits(till)
    check_accessibility(till, rules=EVERY_RULE)
    redeem(till, running, text)
    expect(till.get_by_text("已经用过一次")).to_be_visible()

    # Both have the receipt; the phone says it with the next code, which is another one.
    phone.press("换一个新码")
    phone.shows(f"回执 {number}")
    assert scanned(phone) != text
    phone.follow("我的核销")
    phone.is_at("我的核销")
    phone.shows(f"回执 {number}")
    phone.axe()

    # One tap, and the station has an item.
    phone.tab.get_by_role("button", name=f"被拒绝了:{NAME} 堂食八折").click()
    phone.shows("已经反映,编号")
    phone.axe()
    town = as_user(browser, running, "town_head")
    town.goto(f"{running.url}/inbox?whose=place&kind=offer_complaint&text={NAME}")
    town.get_by_role("link", name=re.compile(NAME)).first.click()
    expect(town.get_by_text("本人在小程序反映").first).to_be_visible()
    expect(town.get_by_text(who["name"]).first).to_be_visible()
    for tab in (town, till):
        tab.context.close()


def test_the_code_renews_itself_and_says_so_to_a_screen_reader(phone: Phone, cardless):
    arrive(phone, next(cardless))
    phone.tab.clock.install()
    phone.open("alliance/code")
    phone.is_at("我的优待码")
    first = scanned(phone)
    expect(phone.tab.locator("[role=status]:visible", has_text="秒内有效")).to_have_count(1)
    renewed(phone)
    assert scanned(phone) != first


def renewed(phone: Phone) -> None:
    """Half a minute passes, in steps that leave the server its own time, and the next code is there."""
    status = phone.tab.locator("[role=status]:visible", has_text="还有 10 秒")
    for _ in range(40):
        phone.tab.clock.run_for(1_000)
        phone.tab.wait_for_timeout(20)
        if status.count():
            break
    phone.tab.clock.run_for(10_500)
    expect(phone.tab.locator("[role=status]:visible", has_text="秒内有效")).to_have_count(1)


def test_without_a_network_no_old_code_is_left_standing_and_the_next_comes_by_itself(phone: Phone, cardless):
    phone.expected = "ERR_|Failed to load"
    arrive(phone, next(cardless))
    phone.open("alliance/code")
    phone.is_at("我的优待码")
    first = scanned(phone)
    phone.tab.context.set_offline(True)
    phone.press("换一个新码")
    phone.shows("现在没有网络")
    expect(phone.tab.locator("canvas.qr:visible")).to_have_count(0)
    phone.tab.context.set_offline(False)
    expect(phone.tab.locator("canvas.qr:visible")).to_be_visible()
    assert scanned(phone) != first


def test_without_a_place_offers_go_by_town_and_a_refused_permission_is_no_dead_end(phone: Phone, cardless):
    phone.expected = "ermission|eolocation"
    arrive(phone, next(cardless))
    phone.follow("崇军魔方")
    expect(phone.tab.get_by_label("镇(街道)")).to_have_value(TOWN)
    phone.tab.context.clear_permissions()
    phone.press("按距离排(要用您的位置)")
    phone.shows("没有得到位置。不要紧,可以按镇查看。")
    phone.fill("找商家或优惠", "没有这样的店")
    phone.press("查找")
    phone.shows("这里还没有找到优惠")
    phone.follow("优待目录")
    phone.is_at("优待目录")
    phone.fill("输入字词查找", "公交")
    phone.tab.locator("a.card:visible").first.click()
    phone.is_at("优待项目")
    phone.press("被拒绝了")
    phone.shows("已经反映,编号")
    phone.axe()


def test_a_card_is_applied_for_on_the_phone_and_the_console_sees_it(
    phone: Phone, applicant, browser: Browser, running: Running
):
    who = applicant
    arrive(phone, who)
    phone.follow("优待证")
    phone.press("申领优待证")
    phone.is_at("申领优待证")
    phone.shows(who["name"])
    phone.axe()
    phone.press("提交申领")
    phone.shows("请选服务站和发卡银行。")
    phone.tab.get_by_label(re.compile("^发卡银行")).locator("visible=true").select_option(label="中国工商银行")
    dark = {"name": "我.jpg", "mimeType": "image/jpeg", "buffer": photographs.from_a_phone(ground=(60, 90, 120))}
    phone.tab.locator("input[type=file]").set_input_files(dark)
    expect(phone.tab.get_by_alt_text("第 1 张照片")).to_be_visible()
    phone.press("提交申领")
    phone.is_at("申领进度")
    for words in ("已经提交", "最晚办到", "有不合格的地方,请重拍", "三、人工核对"):
        phone.shows(words)
    phone.axe()
    good = {"name": "我.jpg", "mimeType": "image/jpeg", "buffer": photographs.from_a_phone()}
    phone.tab.locator("input[type=file]").set_input_files(good)
    phone.press("用这张照片")
    phone.shows("尺寸和底色合格,等工作人员核对")
    phone.axe()

    town = as_user(browser, running, "town_head")
    town.goto(f"{running.url}/cards/applications?text={who['name']}&state=submitted")
    town.get_by_role("link", name=re.compile("优申〔2023〕")).first.click()
    expect(town.get_by_text("小程序").first).to_be_visible()
    expect(town.get_by_text(who["name"]).first).to_be_visible()
    for box in town.locator('input[name="ticked"]').all():
        box.check()
    town.get_by_role("button", name="照片合格").click()
    expect(town.get_by_text("照片核对合格。")).to_be_visible()
    town.context.close()
    phone.tab.reload()
    phone.shows("照片合格")
    phone.press("不办了,撤回申领")
    phone.shows("已经撤回。以后还可以再申领。")


PAGES = ["alliance/alliance", "alliance/preferences", "alliance/code", "alliance/redemptions", "alliance/till"]
PAGES += ["card/card", "card/apply"]


@pytest.mark.parametrize("is_large", [False, True], ids=["normal", "large"])
def test_axe_finds_nothing_on_the_pages_of_alliance_and_card_in_either_size(
    browser, running, applicant, is_large: bool
):
    phone = Phone(browser, running, is_large=is_large)
    arrive(phone, applicant)
    for page in PAGES:
        phone.open(page)
        expect(phone.tab.locator("h1:visible")).to_be_visible()
        expect(phone.tab.get_by_text("正在读取…").locator("visible=true")).to_have_count(0)
        expect(phone.tab.locator(".note.bad:visible")).to_have_count(0)
        phone.axe()
        assert phone.tab.evaluate("document.documentElement.scrollWidth") <= 390, f"{page} is wider than the screen"
    phone.close()


def test_a_loss_is_reported_and_taken_back_with_the_keyboard_alone(phone: Phone):
    phone.sign_in("13800138000")
    phone.is_at("石狮退役军人")
    tab_to(phone, "优待证")
    phone.tab.keyboard.press("Enter")
    phone.is_at("优待证")
    tab_to(phone, "证丢了,报失")
    phone.tab.keyboard.press("Enter")
    phone.shows("已经临时挂失")
    phone.axe()
    tab_to(phone, "证找到了")
    phone.tab.keyboard.press("Enter")
    phone.shows("挂失已经解除")
