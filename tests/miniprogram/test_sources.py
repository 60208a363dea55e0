"""The mini-program as it lies in the repository: its client is current, its build is fresh, its pages are near and small."""

import csv
import json
import re
import tomllib

import pytest

from tests.miniprogram import built, write_client

SRC = built.SOURCES / "src"
PAGES = sorted(path for path in SRC.rglob("*.vue") if path.parent != SRC)
HOST = re.compile(r"https?://(?!www\.w3\.org/)[\w.-]+")


def declared() -> dict[str, object]:
    text = (SRC / "pages.json").read_text(encoding="utf-8")
    return dict(json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)))


def addresses() -> set[str]:
    found = declared()
    pages = {page["path"] for page in found["pages"]}
    return pages | {f"{part['root']}/{page['path']}" for part in found["subPackages"] for page in part["pages"]}


def test_the_client_is_what_the_contract_says():
    contract = json.loads(write_client.CONTRACT.read_text(encoding="utf-8"))
    assert write_client.CLIENT.read_text(encoding="utf-8") == write_client.client(contract), "run `make client`"


def test_the_shipped_build_is_the_one_of_these_sources():
    manifest = json.loads(built.MANIFEST.read_text(encoding="utf-8"))
    assert manifest["sources"] == built.digest_of_sources(), "run `make miniprogram`"
    assert manifest["files"] == built.digests_of_files(built.SHIPPED)


def test_the_shipped_build_is_small_and_names_no_host():
    assert sum(path.stat().st_size for path in built.SHIPPED.rglob("*") if path.is_file()) < 1_000_000
    for path in built.SHIPPED.rglob("*"):
        if path.suffix in (".js", ".css", ".html"):
            assert HOST.findall(path.read_text(encoding="utf-8")) == [], path.name


def test_the_lock_names_no_host():
    lock = json.loads((built.SOURCES / "package-lock.json").read_text(encoding="utf-8"))
    assert "://" not in json.dumps(lock)


def test_every_declared_page_exists_and_every_page_is_declared():
    assert {
        str(path.relative_to(SRC).with_suffix("")) for path in PAGES if "components" not in path.parts
    } == addresses()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(SRC)))
def test_a_page_or_component_is_short_and_says_what_it_is(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 200
    assert re.search(r"<script setup lang=\"ts\">\n/\*\* .+\. ?\*/|<script setup lang=\"ts\">\n/\*\*", text), path


def test_every_service_is_at_most_three_taps_from_home():
    """Follows the addresses written in each page and in what it imports from its own folder."""
    near, seen = {"pages/home/home"}, {"pages/home/home"}
    for _ in range(3):
        near = {to for page in near for to in leads_to(page)} - seen
        seen |= near
    citizen = {page for page in addresses() if not page.startswith(("field/", "pages/"))}
    assert citizen - seen == set()


def leads_to(page: str) -> set[str]:
    text = (SRC / f"{page}.vue").read_text(encoding="utf-8")
    return {found for found in re.findall(r"['\"`]/([\w-]+/[\w/-]+)['\"`]", text) if found in addresses()}


def test_every_address_in_the_sources_is_a_page():
    for path in [*SRC.rglob("*.vue"), *SRC.rglob("*.ts")]:
        text = path.read_text(encoding="utf-8")
        for found in re.findall(r"(?:to=|go\(|goInstead\(|goHome\(|withQuery\()['\"]+/([\w/-]+)", text):
            assert found in addresses(), f"{path.name}: /{found}"


def contrast(one: str, other: str) -> float:
    """As the accessibility guidelines count it."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


def tokens(block: str) -> dict[str, str]:
    text = (SRC / "style.css").read_text(encoding="utf-8")
    found = re.search(block + r"\s*\{([^}]*)\}", text)
    assert found is not None
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", found[1]))


def test_words_stand_out_from_what_is_behind_them():
    found = tokens(r"page, \.page")
    pairs = [("ink", "paper"), ("ink", "card"), ("ink-2", "paper"), ("ink-2", "card"), ("red-dark", "card")]
    pairs += [
        ("good", "good-soft"),
        ("warn", "warn-soft"),
        ("bad", "bad-soft"),
        ("info", "info-soft"),
        ("red", "red-soft"),
    ]
    for words, behind in pairs:
        assert contrast(found[words], found[behind]) >= 4.5, (words, behind)
    assert contrast("#ffffff", found["red"]) >= 4.5


def test_both_sizes_are_large_enough_to_read_and_to_press():
    normal, large = tokens(r"page, \.page"), tokens(r"\.page\.large")
    assert (normal["text"], normal["target"]) == ("18px", "48px")
    assert (large["text"], large["target"]) == ("24px", "60px")


@pytest.mark.parametrize(
    ("source", "table"), [("field/needs.ts", "visit_need"), ("account/relations.ts", "appeal_relation")]
)
def test_lists_on_the_phone_hold_codes_that_the_county_knows(source, table):
    text = (SRC / source).read_text(encoding="utf-8")
    values = set(re.findall(r'value: "(\w+)"', text))
    with (built.ROOT / "data" / "codes" / f"{table}.csv").open(encoding="utf-8") as file:
        known = {row["code"] for row in csv.DictReader(file)}
    assert values and values <= known


def test_nothing_on_the_phone_asks_to_read_a_picture_with_letters():
    for path in PAGES:
        assert not re.search(r"captcha|图形验证", path.read_text(encoding="utf-8"))


ASKING = {
    "login",
    "requestSubscribeMessage",
    "chooseImage",
    "getLocation",
    "setClipboardData",
    "makePhoneCall",
    "scanCode",
}
QUIET = {"request", "uploadFile", "getStorageSync", "setStorageSync", "pageScrollTo"}
QUIET |= {
    "createSelectorQuery",
    "navigateTo",
    "navigateBack",
    "redirectTo",
    "reLaunch",
    "onNetworkStatusChange",
    "offNetworkStatusChange",
}


def test_whatever_the_phone_asks_its_owner_for_has_one_purpose_in_the_privacy_guide():
    """A new function of the platform is either known to touch nothing of the owner's, or stands in the guide with its one purpose."""
    texts = [path.read_text(encoding="utf-8") for path in SRC.rglob("*") if path.suffix in (".ts", ".vue")]
    used = {name for text in texts for name in re.findall(r"\buni\.([a-zA-Z]+)", text)}
    assert used <= ASKING | QUIET, "say what it is for, or that it asks nothing"
    guide = tomllib.loads((built.ROOT / "data" / "privacy.toml").read_text(encoding="utf-8"))
    named = [entry["permission"] for entry in guide["purpose"] if entry["permission"]]
    assert sorted(named) == sorted(used & ASKING)
    assert all(entry["why"] for entry in guide["purpose"])
