"""The mini-program in a browser tab of a phone's size, for journeys: open it, sign in, press, type, and let axe look."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, expect

from tests.journeys.console_page import EVERY_RULE, check_accessibility
from tests.running import ROOT, Running

SIZE = {"width": 390, "height": 844}
TOWN = "350581100000"


def people_of(running: Running) -> dict[str, list[dict[str, str]]]:
    """Veterans of the demo's town whose file is bound to no phone (`unbound`); bound ones with a finding (`found_for`)
    or without a card (`cardless`)."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.miniprogram.people", TOWN],
        cwd=ROOT,
        env=running.environment | {"DJANGO_SETTINGS_MODULE": "vetgrid.config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


@dataclass
class Phone:
    """One phone: a context of its own, which refuses other hosts and every browser error."""

    browser: Browser
    running: Running
    is_large: bool = False
    tab: Page = field(init=False)
    outside: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    expected: str = ""
    """A pattern of browser errors that the journey itself brings about."""

    def __post_init__(self) -> None:
        context = self.browser.new_context(viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai")
        self.tab = context.new_page()
        self.tab.on("request", lambda request: self._asked(request.url))
        self.tab.on("console", lambda message: self._said(message.text) if message.type == "error" else None)
        self.tab.on("pageerror", lambda error: self.problems.append(str(error)))
        if self.is_large:
            self._enlarge()

    def _enlarge(self) -> None:
        """Chosen once, as its owner does, and kept on the phone. The guide is a page that leads nowhere else by itself: on
        one that does, the button may be gone before it is pressed."""
        self.tab.goto(f"{self.running.url}/m/#/pages/privacy/privacy")
        self.shows("隐私保护指引")
        self.press("大字")
        expect(self.tab.locator(".page.large")).to_be_visible()

    def _asked(self, url: str) -> None:
        if not url.startswith((self.running.url, "data:", "blob:")):
            self.outside.append(url)

    def _said(self, text: str) -> None:
        if not self.expected or not re.search(self.expected, text):
            self.problems.append(text)

    def open(self, page: str = "") -> None:
        """A page by its address, as if the program were started there."""
        self.tab.goto("about:blank")
        self.tab.goto(f"{self.running.url}/m/{'#/' + page if page else ''}")
        if self.is_large:
            expect(self.tab.locator(".page.large").last).to_be_visible()

    def press(self, name: str) -> None:
        self.tab.get_by_role("button", name=name, exact=True).locator("visible=true").click()

    def follow(self, title: str) -> None:
        self.tab.locator("a.card:visible", has_text=title).first.click()

    def fill(self, label: str, value: str) -> None:
        field = self.tab.get_by_label(re.compile("^" + re.escape(label)))
        field.and_(self.tab.locator(".input:visible")).fill(value)

    def choose(self, label: str) -> None:
        self.tab.get_by_label(label, exact=True).locator("visible=true").check()

    def is_at(self, title: str) -> None:
        """The page of this name is open, and a screen reader was told so: the focus is on its heading or in it."""
        expect(self.tab.locator("h1:visible")).to_have_text(title)
        expect(self.tab.locator("body")).not_to_be_focused()

    def shows(self, text: str) -> None:
        expect(self.tab.get_by_text(text).locator("visible=true").first).to_be_visible()

    def sign_in(self, phone: str) -> None:
        """From the first page: the guide is read and agreed to before a number is typed."""
        self.open("pages/sign-in/sign-in")
        self.is_at("隐私保护指引")
        self.axe()
        self.press("同意并继续")
        self.is_at("登录")
        self.fill("手机号", phone)
        self.press("发送验证码")
        self.shows("验证码是")
        code = re.search(r"验证码是 (\d{6})", self.tab.inner_text("body"))
        assert code is not None
        self.fill("短信里的六位验证码", code[1])
        self.press("登录")

    def become(self, who: dict[str, str]) -> None:
        """Signed in, agreed and bound: from the first page to home. Each person has a number of his own."""
        self.sign_in(f"139{int(who['id'][:8], 16) % 10**8:08d}")
        self.is_at("核对身份")
        self.fill("姓名", who["name"])
        self.fill("身份证号", who["id_number"])
        self.fill("哪一年退役", who["year"])
        self.axe()
        self.press("核对")
        self.is_at("石狮退役军人")
        self.shows(f"{who['name']},您好")

    def axe(self) -> None:
        """On the page as its reader finds it: open, and with everything read."""
        expect(self.tab.locator("h1:visible")).to_be_visible()
        expect(self.tab.get_by_text("正在读取…").locator("visible=true")).to_have_count(0)
        check_accessibility(self.tab, rules=EVERY_RULE)

    def close(self) -> None:
        self.tab.context.close()
        assert self.outside == [], "the mini-program asked another host"
        assert self.problems == [], "the browser reported errors, the content policy's included"
