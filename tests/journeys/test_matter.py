"""One matter from the village to the town and back to peace, in a real browser: registered, transferred, answered, rated badly, rectified, closed."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.console_page import PHONE, as_user, move, sign_in
from tests.running import Running

pytestmark = pytest.mark.browser
TITLE = "光荣牌被台风刮落"
TEXT = "门口的光荣牌被台风刮落,多次联系没有更换,请派人查看。"


def test_a_matter_from_the_village_to_the_town_and_to_its_end(page: Page, running: Running, browser: Browser):
    # The village takes it down; what is known already is offered while it is typed.
    sign_in(page, running, "village_clerk")
    page.goto(f"{running.url}/appeals/new")
    page.get_by_label("先找档案").press_sequentially("王")
    page.locator("#people-found a").first.click()
    expect(page.get_by_role("heading", name=re.compile("登记诉求 · "))).to_be_visible()
    page.get_by_label("事项类别").select_option(label="荣誉待遇")
    page.get_by_label("事项 *", exact=True).fill("光荣牌损坏更换")
    page.get_by_label(re.compile("经过和理由")).fill("门口的光荣牌被风刮坏,想更换一块。")
    page.get_by_label(re.compile("^请求")).click()
    expect(page.locator("#similar").get_by_text("相似").first).to_be_visible()
    page.get_by_label("事项 *", exact=True).fill(TITLE)
    page.get_by_label(re.compile("经过和理由")).fill(TEXT)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(page.get_by_text("起15日").first).to_be_visible()
    number = re.search(r"退诉〔2023〕\d+号", page.content()).group()
    address = page.url
    move(page, "转送", {"理由和要求": "需要镇级统一制作。"}, {"服务站": "灵秀镇退役军人服务站"})
    expect(page.get_by_role("link", name="转送函")).to_be_visible()
    expect(page.get_by_role("link", name="受理", exact=True)).to_have_count(0)

    # The town accepts and answers; the letter is a PDF.
    town = as_user(browser, running, "town_head")
    town.goto(f"{running.url}/inbox?whose=place&text={number}")
    town.get_by_role("link", name=re.compile(number)).click()
    expect(town).to_have_url(address)
    move(town, "受理")
    expect(town.get_by_text("起60日").first).to_be_visible()
    move(
        town,
        "书面答复",
        {"查明的事实": "光荣牌确已脱落。", "依据": "《退役军人保障法》", "答复内容": "三日内更换。"},
        {"处理意见": "支持请求"},
    )
    with town.expect_request(re.compile("/appeals/letters/")):
        href = town.get_by_role("link", name="处理意见书").get_attribute("href")
        body = town.request.get(running.url + href)
        town.evaluate(f"fetch('{href}')")
    assert body.body().startswith(b"%PDF")
    town.get_by_role("button", name="评价二维码").click()
    ticket = town.locator(".code").inner_text().strip()

    # The veteran rates badly on a phone, without an account, once.
    phone = browser.new_context(viewport=PHONE, locale="zh-CN").new_page()
    phone.goto(ticket)
    phone.get_by_label("不满意", exact=True).check()
    phone.get_by_label("办事效率").check()
    phone.get_by_label("意见和建议").fill("跑了两趟。")
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.get_by_text("谢谢您的评价")).to_be_visible()
    phone.goto(ticket)
    expect(phone.get_by_text("已经评价过")).to_be_visible()

    # Somebody above the handler rectifies and calls back.
    section = as_user(browser, running, "section_chief")
    section.goto(f"{running.url}/ratings?level=2")
    expect(section.get_by_text("跑了两趟。")).to_be_visible()
    found = None
    for username in ("town_head", "section_chief"):
        tab = {"town_head": town, "section_chief": section}[username]
        tab.goto(f"{running.url}/inbox?kind=rectification")
        links = tab.get_by_role("link", name=re.compile("差评整改"))
        if links.count():
            found = tab
            links.first.click()
            break
    assert found is not None, "the rectification waits for the station's head"
    found.get_by_label(re.compile("整改措施")).fill("改为上门更换。")
    found.get_by_label("回访日期").fill("2023-12-28")
    found.get_by_role("button", name="整改完成").click()
    expect(found.get_by_text("整改已登记。")).to_be_visible()

    # Called back and closed; the village still sees how it ended.
    town.goto(address)
    move(town, "回访", {"说明": "已更换,本人满意。"})
    move(town, "办结归档", {"说明": "归档"})
    expect(town.get_by_text("已办结", exact=True).first).to_be_visible()
    page.goto(f"{running.url}/appeals?where=from&text={number}")
    expect(page.get_by_role("cell", name="已办结")).to_be_visible()

    # Another village's clerk sees nothing of it.
    other = as_user(browser, running, "other_clerk")
    other.goto(address)
    expect(other.get_by_text("没有找到这件诉求")).to_be_visible()

    # Every step is in the trail.
    auditor = as_user(browser, running, "auditor")
    key = address.rpartition("/")[2]
    auditor.goto(f"{running.url}/audit?row={key}")
    text = auditor.content()
    for verb in ("register", "transfer", "accept", "answer", "call_back", "close"):
        assert f"appeals.{verb}" in text, verb
    for tab in (town, phone, section, other, auditor):
        tab.context.close()


def test_the_library_answers_while_a_question_is_still_typed(page: Page, running: Running):
    sign_in(page, running, "village_clerk")
    page.goto(f"{running.url}/consultations/new")
    page.get_by_label(re.compile("咨询的问题")).press_sequentially("请问法律援助需要什么条件")
    expect(page.locator("#look-up").get_by_role("link", name=re.compile("《法律援助法》")).first).to_be_visible()
    expect(page.get_by_label(re.compile("咨询的问题"))).to_be_focused()


def test_similar_matters_stand_below_the_words_while_they_are_still_typed(page: Page, running: Running):
    sign_in(page, running, "village_clerk")
    page.goto(f"{running.url}/appeals/new")
    page.get_by_label("事项 *", exact=True).fill("危房改造申请没有回音")
    text = page.get_by_label(re.compile("经过和理由"))
    text.press_sequentially("老房子漏雨,去年申请危房改造到现在没有回音。")
    similar = page.locator("#similar")
    expect(similar.get_by_text("相似").first).to_be_visible()
    expect(text).to_be_focused()
    words, below, wish = text.bounding_box(), similar.bounding_box(), page.get_by_label("请求").bounding_box()
    assert words and below and wish and words["y"] < below["y"] < wish["y"]
