"""A contact's phone outside: visits without a network, and what an elder cannot do himself done at his side."""

import json
import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.phone_page import Phone
from tests.running import Running

pytestmark = pytest.mark.browser
PIN = "246810"


@pytest.fixture
def phone(browser, running: Running):
    one = Phone(browser, running)
    yield one
    one.close()


def sign_in(phone: Phone, username: str) -> None:
    phone.open("field/sign-in")
    phone.is_at("联系人登录")
    phone.axe()
    phone.fill("账号", username)
    phone.fill("密码", phone.running.account(username)["password"])
    phone.press("登录")
    phone.is_at("今日走访")


def api(phone: Phone, method: str, path: str, token: str, body: object = None, key: str = "") -> object:
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
    answer = phone.tab.request.fetch(f"{phone.running.url}/api/v1{path}", method=method, headers=headers, data=body)
    assert answer.ok, answer.text()
    return answer.json()


def token_of(tab: Page) -> str:
    return str(json.loads(tab.evaluate("localStorage.getItem('vetgrid')"))["staff"])


def on_the_device(tab: Page) -> list[str]:
    """Names of the sealed records, after a look that nothing readable lies in any of them."""
    found = tab.evaluate(
        """async () => {
          const database = await new Promise((done) => {
            const asked = indexedDB.open("vetgrid-field", 1);
            asked.onsuccess = () => done(asked.result);
          });
          const table = database.transaction("records").objectStore("records");
          const get = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
          const names = await get(table.getAllKeys());
          const rows = await get(table.getAll());
          const decode = (row) => row.data ? new TextDecoder().decode(row.data) : "";
          database.close();
          return names.map((name, at) => [name, decode(rows[at])]);
        }"""
    )
    assert not any("走访" in text or "person" in text for _, text in found)
    return [name for name, _ in found]


def reopened(context: BrowserContext, phone: Phone, page: str) -> Page:
    phone.tab = context.new_page()
    phone.tab.goto(f"{phone.running.url}/m/#/{page}")
    return phone.tab


def test_ten_visits_without_a_network_survive_a_closed_tab_a_lost_answer_and_a_conflict(phone: Phone, running: Running):
    phone.expected = "ERR_|Failed to load resource"
    sign_in(phone, "grid_contact")
    context = phone.tab.context
    token = token_of(phone.tab)
    people = api(phone, "GET", "/field/people", token)["items"][:10]
    assert len(people) == 10
    phone.follow("没有网络时")
    phone.fill("口令", PIN)
    phone.press("设好了")
    phone.shows("都已经送出")
    phone.press("返回")
    phone.follow("我的人员")
    expect(phone.tab.locator("a.card:visible").first).to_be_visible()
    phone.tab.evaluate("navigator.serviceWorker.ready.then(() => true)")

    # Ten visits in a village without a network.
    context.set_offline(True)
    for at, person in enumerate(people):
        phone.tab.locator(f"a[href*='{person['person_id']}']:visible").click()
        phone.press("记一次走访")
        phone.fill("情况", f"走访记录{at},身体很好。")
        phone.press("保存")
        phone.shows("已经加密存在手机里")
        phone.press("完成")
        phone.press("返回")
        phone.is_at("我的人员")
    assert len([name for name in on_the_device(phone.tab) if name.startswith("visit:")]) == 10
    phone.tab.close()

    # Opened again, still without a network: the program itself comes from the device.
    tab = reopened(context, phone, "field/saved")
    phone.shows("输入离线口令")
    phone.fill("口令", "111111")
    phone.press("打开")
    phone.shows("口令不对")
    phone.fill("口令", PIN)
    phone.press("打开")
    phone.shows("共 10 次")
    for at in range(10):
        expect(tab.get_by_text(f"走访记录{at},")).to_be_visible()
    phone.axe()
    tab.goto(f"{running.url}/m/#/field/people")
    phone.shows("下面是上次存在手机里的名单")
    expect(tab.locator("a.card:visible", has_text=str(people[0]["name"])).first).to_be_visible()
    phone.axe()
    tab.go_back()
    phone.is_at("没有送出的走访")

    # Meanwhile somebody changed one file; when the network is back, one answer is lost on its way.
    changed = people[3]
    edit_elsewhere(phone, changed)
    lost: list[int] = []

    def lose(route):
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    context.route("**/api/v1/field/visits", lose)
    context.set_offline(False)
    phone.press("现在送出")
    expect(tab.get_by_role("button", name="现在送出")).to_be_enabled()
    assert lost == [201], "the server had it, the phone does not know"
    phone.press("现在送出")
    phone.shows("我记的")
    phone.shows("服务器上的")
    phone.axe()
    expect(tab.get_by_text("共 1 次")).to_be_visible()
    phone.tab.get_by_role("button", name=re.compile("我的也要,再送一次")).click()
    phone.shows("都已经送出")

    # Nothing lost, nothing doubled, nothing left on the device.
    assert [name for name in on_the_device(tab) if name.startswith("visit:")] == []
    for at, person in enumerate(people):
        whole = api(phone, "GET", f"/field/people/{person['person_id']}", token)
        assert [one["text"] for one in whole["visits"]].count(f"走访记录{at},身体很好。") == 1, person["name"]


def edit_elsewhere(phone: Phone, person: dict[str, object]) -> None:
    """The village clerk corrects a fact of the same file at the same time."""
    account = phone.running.account("village_clerk")
    body = {"username": account["username"], "password": account["password"], "code": ""}
    answer = phone.browser.new_context().request.post(f"{phone.running.url}/api/v1/field/sign-in", data=body)
    token = answer.json()["token"]
    body = {"section": "employment", "values": {"code": "student"}, "base_version": person["version"]}
    api(
        phone, "POST", f"/field/people/{person['person_id']}/facts", token, body, "5b0e8c1e-3c55-4d2f-9b0e-0f1d2c3b4a59"
    )


def test_an_elder_raises_a_matter_through_his_contact(phone: Phone):
    sign_in(phone, "grid_contact")
    phone.follow("我的人员")
    phone.axe()
    phone.tab.locator("a.card:visible").first.click()
    phone.is_at("人员情况")
    phone.axe()
    phone.press("代老人办理")
    phone.is_at("代老人办理")
    phone.choose("反映诉求")
    phone.choose("申诉求决")
    phone.fill("一句话概括", "想请人修一修屋顶")
    phone.fill("经过和理由", "老人说屋顶漏雨,想请人帮忙看看。")
    phone.axe()
    phone.press("提交")
    phone.shows("已经办好")
    phone.axe()


def test_a_visit_with_a_network_needs_no_pin_and_no_place(phone: Phone):
    sign_in(phone, "grid_contact")
    phone.axe()
    phone.follow("我的人员")
    phone.tab.locator("a.card:visible").nth(12).click()
    phone.press("记一次走访")
    phone.axe()
    phone.choose("打电话")
    phone.press("保存")
    phone.shows("请写一写走访的情况")
    phone.fill("情况", "电话里说一切都好。")
    phone.choose("就医")
    phone.press("保存")
    phone.shows("已经保存")
    phone.press("完成")
    phone.shows("电话里说一切都好。")
    phone.shows("需要:就医")
