"""A merchant joins, redeems a code read off a phone's screen by a real decoder, refuses once, and the veteran is called back."""

import io
import json
import re
import urllib.request
import uuid
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys.console_page import EVERY_RULE, PHONE, as_user, check_accessibility, check_fits, move, sign_in
from tests.running import Running
from vetgrid.offers.tests.alliance import licence

pytestmark = pytest.mark.browser
NAME = "海晏小厨"


def call(running: Running, path: str, token: str = "", body: dict[str, Any] | None = None) -> Any:
    """One call of the mini-program."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{running.url}/api/v1{path}", data, headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.loads(response.read())


def decoded(tab: Page, svg: str) -> str:
    """What a scanner reads off the phone's screen."""
    tab.set_content(f"<body style='margin:20px;background:#fff'><div style='width:340px'>{svg}</div></body>")
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(tab.screenshot())))
    assert len(found) == 1
    return found[0].text


def join(
    town: Page, section: Page, running: Running, *, name: str = NAME, registered: str = "9235058198765"
) -> tuple[str, str, str]:
    """From the application to the sign, an offer and a till: the address of the merchant, the account and its first password."""
    town.goto(f"{running.url}/merchants/new")
    town.get_by_label(re.compile("登记服务站")).select_option(index=1)
    for label, text in (
        ("商家名称", name),
        ("经营地址", "濠江路88号"),
        ("联系人 ", "林老板"),
        ("联系人电话", "13800001111"),
        ("纬度", "24.7332"),
        ("经度", "118.6480"),
    ):
        town.get_by_label(re.compile(f"^{label}")).fill(text)
    town.get_by_label(re.compile("^行业")).select_option(label="食")
    right = licence(registered)
    town.get_by_label(re.compile("统一社会信用代码")).fill(right[:-1] + ("0" if right[-1] != "0" else "1"))
    town.get_by_role("button", name="登记").click()
    expect(town.get_by_text("校验位不对").first).to_be_visible()
    town.get_by_label(re.compile("统一社会信用代码")).fill(right)
    town.get_by_role("button", name="登记").click()
    expect(town.get_by_role("heading", name=name)).to_be_visible()
    address = town.url
    move(town, "实地核实", {"说明": "执照与地址相符"})
    section.goto(address)
    move(section, "签订协议", {"商家签字人": "林老板"})
    town.goto(address)
    move(town, "挂牌", {"牌匾编号": "SS2312"})
    town.get_by_role("link", name="登记优惠").click()
    drawer = town.locator("#drawer-content")
    drawer.get_by_label(re.compile("优惠名称")).fill("堂食八折")
    drawer.get_by_label(re.compile("优惠方式")).select_option(label="折扣")
    drawer.get_by_label(re.compile("^折扣")).fill("80")
    drawer.get_by_label(re.compile("优惠内容")).fill("堂食八折,酒水除外。")
    drawer.get_by_role("button", name="登记").click()
    town.get_by_role("link", name="堂食八折").click()
    town.get_by_role("button", name="公示").click()
    expect(town.get_by_text("已办理“公示”。")).to_be_visible()
    town.goto(address)
    town.get_by_role("link", name="开通账号").click()
    town.get_by_label(re.compile("收银台或门店")).fill("一号收银台")
    town.get_by_role("button", name="开通").click()
    return address, town.locator("#shop-username").inner_text(), town.locator("#shop-password").inner_text()


def test_a_merchant_joins_redeems_and_refuses_and_the_veteran_is_called_back(
    page: Page,
    running: Running,
    browser: Browser,
):
    sign_in(page, running, "town_head")
    section = as_user(browser, running, "section_chief")
    address, username, first = join(page, section, running)

    # The till signs in on a phone and must choose a password of its own.
    till = browser.new_context(viewport=PHONE, locale="zh-CN").new_page()
    till.goto(f"{running.url}/shop")
    till.get_by_label(re.compile("商家账号")).fill(username)
    till.get_by_label(re.compile("^密码")).fill(first)
    till.get_by_role("button", name="登录").click()
    till.get_by_label(re.compile("原密码")).fill(first)
    till.get_by_label(re.compile("新密码")).fill("Haiyan-2023-ok")
    till.get_by_role("button", name="保存").click()
    expect(till.get_by_text("堂食八折")).to_be_visible()
    check_fits(till)
    check_accessibility(till, rules=EVERY_RULE)

    # The veteran shows his code; a scanner reads it off the screen.
    token = call(running, "/citizen/sign-in/wechat", body={"code": "demo-veteran"})["token"]
    veteran = browser.new_context(viewport=PHONE, locale="zh-CN").new_page()
    shown = call(running, "/citizen/offer-codes", token, {})
    text = decoded(veteran, shown["svg"])
    assert text == shown["text"]
    till.get_by_label(re.compile("优待码")).fill(text)
    till.get_by_role("button", name="核验").click()
    expect(till.get_by_text("符合", exact=True)).to_be_visible()
    number = till.locator(".verdict .code").inner_text()
    check_fits(till)
    receipts = call(running, "/citizen/offer-receipts", token)["items"]
    assert receipts[0]["number"] == number and receipts[0]["merchant"] == NAME
    me = call(running, "/citizen/me", token)["name"]
    assert me not in till.content()

    # The same picture a second time, and a forged one, are told apart.
    for code, words in (
        (text, "已经用过一次"),
        (text[:-1] + ("A" if text[-1] != "A" else "B"), "伪造"),
        ("https://example.cn", "不是优待码"),
    ):
        till.goto(f"{running.url}/shop")
        till.get_by_label(re.compile("优待码")).fill(code)
        till.get_by_role("button", name="核验").click()
        expect(till.get_by_text(re.compile(words))).to_be_visible()

    # The next one is read out instead of scanned, and not honoured: one tap.
    shown = call(running, "/citizen/offer-codes", token, {})
    till.goto(f"{running.url}/shop")
    till.get_by_label(re.compile("优待码")).fill(f"{shown['short'][:4]} {shown['short'][4:]}")
    till.get_by_role("button", name="核验").click()
    expect(till.get_by_text("符合", exact=True)).to_be_visible()
    till.get_by_label(re.compile("原因")).fill("当日售完")
    till.get_by_role("button", name="登记为未兑现").click()
    expect(till.get_by_text("未兑现", exact=True)).to_be_visible()

    # The station finds the item, asks, decides, calls back; the veteran sees how it ended.
    page.goto(f"{running.url}/inbox?whose=place&kind=offer_complaint&text={NAME}")
    page.get_by_role("link", name=re.compile(NAME)).first.click()
    expect(page.get_by_text("商家登记:当日售完")).to_be_visible()
    expect(page.get_by_text(me).first).to_be_visible()
    for label, words in (("向商家了解", "确实售完"), ("认定属实", "下次补给优惠"), ("回访", "本人同意")):
        move(page, label, {"原因|回访情况": words})
    assert call(running, "/citizen/offer-complaints", token)[0]["state"] == "已回访"
    page.goto(address)
    expect(page.get_by_text("90天内兑现率50%")).to_be_visible()

    # Everybody may see the offer, without signing in and by distance.
    visitor = browser.new_context(viewport=PHONE, locale="zh-CN").new_page()
    visitor.goto(f"{running.url}/alliance?lat=24.7332&lng=118.6480")
    expect(visitor.get_by_role("link", name=NAME)).to_be_visible()
    check_fits(visitor)
    check_accessibility(visitor, rules=EVERY_RULE)
    for tab in (section, till, veteran, visitor):
        tab.context.close()


@pytest.mark.parametrize(
    "path",
    [
        "/preferences",
        "/merchants",
        "/merchants/map",
        "/offers",
        "/redemptions",
        "/offer-complaints",
        "/offer-findings",
        "/alliance?list=preferences",
    ],
)
def test_the_pages_of_the_alliance_fit_desk_and_phone_and_are_accessible(page: Page, running: Running, path: str):
    sign_in(page, running, "city_clerk")
    page.goto(running.url + path)
    check_fits(page)
    check_accessibility(page, rules=EVERY_RULE)
    page.set_viewport_size(PHONE)
    page.goto(running.url + path)
    check_fits(page)
