"""The mini-program on a phone, against the running county: what a veteran does, what the console answers, what a contact does outside."""

import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.journeys.console_page import as_user, move
from tests.journeys.phone_page import Phone, people_of
from tests.running import Running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def everybody(running: Running) -> dict[str, list[dict[str, str]]]:
    return people_of(running)


@pytest.fixture(scope="module")
def people(everybody) -> Iterator[dict[str, str]]:
    """Each journey takes the next veteran who has no phone bound."""
    return iter(everybody["unbound"])


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
    large.tab.get_by_role("button", name=re.compile("^联系电话:这里不对")).first.click()
    large.is_at("提出更正")
    large.fill("电话", "13922223333")
    large.tab.locator("input[type=file]").set_input_files(picture())
    expect(large.tab.get_by_alt_text("第 1 张照片")).to_be_visible()
    large.axe()
    large.press("提交更正")
    large.is_at("更正进度")
    large.axe()

    town = as_user(browser, running, "town_head")
    town.goto(f"{running.url}/requests?kind=change")
    town.get_by_role("link", name=who["name"]).first.click()
    drawer = town.locator("#drawer-content")
    expect(drawer.get_by_text("139••••3333")).to_be_visible()
    drawer.get_by_label("审核意见").fill("已核对。")
    drawer.get_by_role("button", name="同意", exact=True).click()
    expect(town.get_by_role("heading", name="变更与迁移审核")).to_be_visible()
    town.context.close()

    large.open("file/corrections")
    large.shows("已核对。")
    large.open("file/file")
    large.shows("139")


STANDS_ON = """() => {
  const one = document.activeElement;
  const words = (one.labels && one.labels[0] || one).cloneNode(true);
  words.querySelectorAll("[aria-hidden]").forEach((hidden) => hidden.remove());
  return (one.getAttribute("aria-label") || words.textContent || "").trim();
}"""


def tab_to(phone: Phone, name: str) -> None:
    """Tab until the keyboard stands on what has this name."""
    for _ in range(80):
        phone.tab.keyboard.press("Tab")
        said = phone.tab.evaluate(STANDS_ON)
        if said.startswith(name):
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_a_whole_journey_with_the_keyboard_alone(large: Phone, people):
    who = next(people)
    keys = large.tab.keyboard
    large.open("pages/sign-in/sign-in")
    large.is_at("隐私保护指引")
    large.shows("同意并继续")
    tab_to(large, "同意并继续")
    keys.press("Enter")
    large.is_at("登录")
    tab_to(large, "手机号")
    keys.type(f"138{int(who['id'][:8], 16) % 10**8:08d}")
    keys.press("Enter")
    large.shows("验证码是")
    code = re.search(r"验证码是 (\d{6})", large.tab.inner_text("body"))
    assert code is not None
    tab_to(large, "短信里的六位验证码")
    keys.type(code[1])
    keys.press("Enter")
    large.is_at("核对身份")
    for label, value in (("姓名", who["name"]), ("身份证号", who["id_number"])):
        tab_to(large, label)
        keys.insert_text(value)
    tab_to(large, "哪一年退役")
    keys.press("Space")
    tab_to(large, "哪一年退役(必填)")
    keys.type(who["year"])
    tab_to(large, "核对")
    keys.press("Enter")
    large.is_at("石狮退役军人")
    expect(large.tab.locator("h1:visible")).to_be_focused()
    tab_to(large, "反映诉求")
    keys.press("Enter")
    large.is_at("反映诉求")
    tab_to(large, "什么事")
    keys.insert_text("路灯坏了")
    tab_to(large, "详细说说")
    keys.insert_text("门口的路灯坏了一个月,老人晚上出门不方便。")
    tab_to(large, "提交")
    keys.press("Enter")
    large.is_at("诉求进度")
    large.shows("已经提交")
    tab_to(large, "撤回这件诉求")
    keys.press("Enter")
    large.is_at("撤回这件诉求")
    tab_to(large, "撤回这件诉求")
    keys.press("Enter")
    large.shows("已经撤回。")
    tab_to(large, "完成")
    keys.press("Enter")
    large.is_at("诉求进度")
    expect(large.tab.locator("h1:visible")).to_be_focused()


PAGES = [
    "ask/ask",
    "ask/new",
    "ask/questions",
    "file/corrections",
    "file/campaigns",
    "matters/list",
    "matters/accuse",
    "jobs/jobs",
    "contact/contact",
    "contact/stations",
    "news/notices",
    "news/stories",
    "account/account",
    "account/sessions",
    "account/acting",
    "account/authorities",
    "account/close",
    "pages/privacy/privacy",
]


@pytest.mark.parametrize("is_large", [False, True], ids=["normal", "large"])
def test_axe_finds_nothing_on_any_page_in_either_size(browser: Browser, running: Running, people, is_large: bool):
    phone = Phone(browser, running, is_large=is_large)
    phone.become(next(people))
    for page in PAGES:
        phone.open(page)
        phone.axe()
        expect(phone.tab.locator(".note.bad:visible")).to_have_count(0)
        assert phone.tab.evaluate("document.documentElement.scrollWidth") <= 390, f"{page} is wider than the screen"
    phone.close()


def test_a_question_finds_its_clause_and_a_person_to_ask(phone: Phone, people):
    phone.become(next(people))
    phone.follow("权益咨询")
    phone.fill("想问什么", "优待证")
    phone.press("查找")
    phone.shows("政策原文")
    phone.follow("退役军人保障法")
    phone.is_at("政策原文")
    phone.axe()
    phone.press("返回")
    phone.follow("我要提问")
    phone.fill("我的问题", "优待证丢了怎么补办?")
    phone.press("提交问题")
    phone.is_at("我的提问")
    phone.follow("优待证丢了怎么补办?")
    phone.is_at("提问和答复")
    phone.shows("已经收到")
    phone.axe()


def test_pressing_again_after_a_lost_answer_raises_the_matter_once(phone: Phone, people):
    phone.become(next(people))
    phone.expected = "ERR_FAILED"
    phone.follow("反映诉求")
    phone.fill("什么事", "想换一块光荣牌")
    phone.fill("详细说说", "旧的坏了。")
    lost = []

    def lose(route):
        if lost or route.request.method != "POST":
            return route.continue_()
        lost.append(route.fetch())
        return route.abort()

    phone.tab.context.route("**/api/v1/citizen/matters", lose)
    phone.press("提交")
    phone.shows("现在没有网络")
    phone.press("提交")
    phone.is_at("诉求进度")
    phone.open("matters/list")
    expect(phone.tab.locator("a.card", has_text="想换一块光荣牌")).to_have_count(1)
    assert len(lost) == 1 and lost[0].status == 201


def test_a_session_ended_elsewhere_leads_back_to_the_sign_in(phone: Phone, people, browser, running):
    who = next(people)
    phone.become(who)
    phone.expected = "401"
    other = Phone(browser, running)
    other.sign_in(f"139{int(who['id'][:8], 16) % 10**8:08d}")
    other.is_at("石狮退役军人")
    other.open("account/sessions")
    other.axe()
    other.tab.get_by_role("button", name=re.compile("^让它退出")).first.click()
    expect(other.tab.get_by_role("button", name=re.compile("^让它退出"))).to_have_count(0)
    other.close()
    phone.open("matters/list")
    phone.is_at("登录")
    phone.shows("请重新登录")


def test_the_mini_program_has_a_policy_of_its_own(phone: Phone, running):
    answer = phone.tab.request.get(f"{running.url}/m/")
    policy = answer.headers["content-security-policy"]
    assert "connect-src 'self'" in policy and "unsafe" not in policy and "http" not in policy
    console = phone.tab.request.get(f"{running.url}/sign-in").headers["content-security-policy"]
    assert "worker-src" not in console and "blob:" not in console


def test_a_finding_turns_into_an_application(phone: Phone, everybody):
    phone.sign_in(everybody["found_for"][0]["phone"])
    phone.is_at("石狮退役军人")
    phone.follow("我的待遇")
    phone.is_at("我的待遇")
    phone.axe()
    phone.tab.get_by_role("button", name=re.compile("^申请这一项")).first.click()
    phone.is_at("申请待遇")
    phone.axe()
    phone.press("提交申请")
    phone.is_at("我的申请")
    expect(phone.tab.locator(".card:visible").first).to_be_visible()
    phone.axe()
    phone.open("benefits/benefits")
    phone.shows("已经申请,正在办理。")
    phone.open("benefits/payments")
    phone.is_at("发放记录")
    phone.axe()


def test_a_daughter_acts_for_her_father_with_his_authority(phone: Phone, people, browser, running):
    who = next(people)
    phone.become(who)
    helper = f"137{int(who['id'][:8], 16) % 10**8:08d}"
    phone.open("account/authorities")
    phone.fill("他的姓名", "王小妹")
    phone.fill("他的手机号", helper)
    phone.choose("子女")
    phone.fill("授权到哪一天", "2024-06-30")
    phone.press("授权")
    phone.shows("已经授权")
    daughter = Phone(browser, running)
    daughter.sign_in(helper)
    daughter.is_at("核对身份")
    daughter.follow("我替别人办")
    daughter.axe()
    daughter.tab.get_by_role("button", name=re.compile("^开始代办")).click()
    daughter.shows(f"您正在为 {who['name']} 代办")
    daughter.axe()
    daughter.follow("我的档案")
    daughter.shows(who["name"])
    daughter.press("都对,确认无误")
    daughter.shows("已经确认")
    daughter.close()
    phone.open("account/authorities")
    phone.shows("确认档案无误")
    phone.tab.get_by_role("button", name=re.compile("^收回授权")).first.click()
    phone.shows("已经失效")
    phone.axe()
