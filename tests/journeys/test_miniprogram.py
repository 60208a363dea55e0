"""The mini-program on a phone, against the running county: what a veteran does, what the console answers, what a contact does outside."""

import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.journeys.phone_page import Phone, strangers
from tests.journeys.test_console import sign_in
from tests.journeys.test_matter import as_user, move
from tests.running import Running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def people(running: Running) -> Iterator[dict[str, str]]:
    """Each journey takes the next veteran who has no phone bound."""
    return iter(strangers(running))


@pytest.fixture
def phone(browser: Browser, running: Running):
    one = Phone(browser, running)
    yield one
    one.close()


@pytest.fixture
def large(browser: Browser, running: Running):
    one = Phone(browser, running, is_large=True)
    yield one
    one.close()


def picture() -> dict[str, object]:
    body = io.BytesIO()
    Image.new("RGB", (320, 240), "#2a7a3c").save(body, "JPEG")
    return {"name": "牌子.jpg", "mimeType": "image/jpeg", "buffer": body.getvalue()}


def test_a_veteran_raises_a_matter_the_console_answers_it_and_he_rates_it(phone: Phone, people, browser, running):
    phone.become(next(people))
    phone.axe()
    phone.follow("反映诉求")
    phone.fill("什么事", "光荣牌被风刮坏")
    phone.fill("详细说说", "门口的光荣牌被台风刮坏了,想换一块新的。")
    phone.fill("地点", "村口第二家")
    phone.tab.locator("input[type=file]").set_input_files(picture())
    expect(phone.tab.get_by_alt_text("第 1 张照片")).to_be_visible()
    phone.axe()
    phone.press("提交")
    phone.is_at("诉求进度")
    phone.shows("已经提交")
    phone.axe()
    matter = re.search(r"id=([0-9a-f-]{36})", phone.tab.url)
    assert matter is not None

    town = as_user(browser, running, "town_head")
    town.goto(f"{running.url}/appeals/{matter[1]}")
    expect(town.get_by_role("heading", name="光荣牌被风刮坏")).to_be_visible()
    move(town, "受理")
    facts = {"查明的事实": "光荣牌确已损坏。", "依据": "《退役军人保障法》", "答复内容": "三日内上门更换。"}
    move(town, "书面答复", facts, {"处理意见": "支持请求"})
    town.context.close()

    phone.tab.reload()
    phone.shows("三日内上门更换")
    phone.press("评价这次服务")
    phone.is_at("评价这次服务")
    phone.axe()
    phone.choose("非常满意")
    phone.fill("还想说点什么", "办得很快。")
    phone.tab.get_by_role("button", name="评价这次服务").click()
    phone.shows("谢谢您的评价")
    phone.axe()


def test_a_veteran_confirms_his_file_and_a_correction_comes_back_approved(large: Phone, people, browser, running):
    who = next(people)
    large.become(who)
    large.follow("我的档案")
    large.axe()
    large.press("都对,确认无误")
    large.shows("已经确认,谢谢您")
    large.tab.get_by_role("button", name=re.compile("^电话:这里不对")).first.click()
    large.is_at("提出更正")
    large.fill("号码", "13922223333")
    large.tab.locator("input[type=file]").set_input_files(picture())
    expect(large.tab.get_by_alt_text("第 1 张照片")).to_be_visible()
    large.axe()
    large.press("提交更正")
    large.is_at("更正进度")
    large.axe()
