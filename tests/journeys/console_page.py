"""The console in a browser tab, for journeys: sign in, make a move, let axe look, see that the page fits."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.running import Running

DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
_AXE = Path(__file__).parents[1] / "browser" / "vendor" / "axe-core" / "axe.min.js"
_CONSOLE = (
    "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], rules: {'label-content-name-mismatch': {enabled: true}},"
    " resultTypes: ['violations']}"
)
EVERY_RULE = "{resultTypes: ['violations']}"


def sign_in(page: Page, running: Running, username: str) -> None:
    account = running.account(username)
    page.goto(f"{running.url}/sign-in")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(account["password"])
    page.get_by_role("button", name="登录").click()
    if account["totp_secret"]:
        page.get_by_label("6位动态口令").fill(running.code(username))
        page.get_by_role("button", name="确认").click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()


def as_user(browser: Browser, running: Running, username: str) -> Page:
    """A further person at a desk of his own."""
    tab = browser.new_context(viewport=DESKTOP, locale="zh-CN").new_page()
    sign_in(tab, running, username)
    return tab


def move(
    tab: Page,
    label: str,
    fields: dict[str, str] | None = None,
    choose: dict[str, str] | None = None,
    *,
    at: str = "",
) -> None:
    """A button of the page (opened first, where an address is given), its drawer filled in, and sent."""
    if at:
        tab.goto(at)
    tab.locator(".page-head .actions").get_by_role("link", name=label, exact=True).click()
    drawer = tab.locator("#drawer-content")
    expect(drawer.locator("form")).to_be_visible()
    for name, value in (choose or {}).items():
        drawer.get_by_label(re.compile(name)).select_option(label=value)
    for name, value in (fields or {}).items():
        drawer.get_by_label(re.compile(name)).fill(value)
    drawer.get_by_role("button", name=label, exact=True).click()
    expect(tab.get_by_text(f"已办理“{label}”。")).to_be_visible()


def check_accessibility(page: Page, where: str = "", rules: str = _CONSOLE) -> None:
    """Nothing that keeps somebody from seeing, hearing or pressing what is on the page.

    Injected by the debugging protocol, so the page's own content policy stays in force.
    """
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(_AXE.read_text(encoding="utf-8") + "; 0")
    # Only what is wrong comes back: what is right would be every element of the page.
    found = page.evaluate(f"() => axe.run(document, {rules}).then(result => result.violations)")
    problems = [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found]
    assert problems == [], f"{where or page.url}: {problems}"


def check_fits(page: Page) -> None:
    """Nobody has to scroll sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide}px too wide at {page.viewport_size}"
