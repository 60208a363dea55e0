"""A tab of the console that watches itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.console_page import DESKTOP
from tests.running import Running

expect.set_options(
    timeout=20_000
)  # a page that never comes is a failure; one that comes late beside other tests is none


@pytest.fixture
def page(browser: Browser, running: Running) -> Iterator[Page]:
    """Asks no other host and reports no error, the content policy's included."""
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN")
    tab = context.new_page()
    outside: list[str] = []
    problems: list[str] = []
    tab.on(
        "request",
        lambda request: outside.append(request.url) if not request.url.startswith((running.url, "data:")) else None,
    )
    tab.on(
        "console",
        lambda message: (
            problems.append(message.text) if message.type == "error" and "422" not in message.text else None
        ),
    )
    tab.on("pageerror", lambda error: problems.append(str(error)))
    yield tab
    context.close()
    assert outside == [], "a page asked another host"
    assert problems == [], "the browser reported errors, the content policy's included"
