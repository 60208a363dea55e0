"""By regulation: who may apply for a card, what stands against it, when things fall due, and whether counts balance."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise


@dataclass(frozen=True)
class Identity:
    """A kind of card and the classes of a file that entitle to it."""

    key: str
    label: str
    classes: frozenset[str]
    counts_veterans: bool = False


@dataclass(frozen=True)
class Ground:
    """A ground of refusal; `part` is hard, discretion or exclusion. `provinces` names what a province made of it."""

    key: str
    label: str
    from_on: date
    article: str
    part: str
    provinces: Mapping[str, str] = field(default_factory=dict)
    to_on: date | None = None

    def holds(self, on: date) -> bool:
        return self.from_on <= on and (self.to_on is None or on < self.to_on)

    def weight(self, province: str) -> str:
        """hard, or discretion, in this province."""
        return self.provinces.get(province, self.part)


@dataclass(frozen=True)
class Facts:
    """What the file says of the person."""

    born_on: date | None
    is_alive: bool
    is_veteran: bool
    classes: frozenset[str]
    has_id_number: bool


@dataclass(frozen=True)
class Asked:
    """What the applicant asks and states."""

    kind: str
    basis: str = "register"
    register_province: str = ""
    speaker: str = "self"
    speaker_name: str = ""
    lacks_capacity: bool = False
    grounds: tuple[str, ...] = ()
    exclusion: str = ""
    has_card_elsewhere: bool = False
    visit_reason: str = ""
    channel: str = "counter"


def identities_of(facts: Facts, known: Iterable[Identity]) -> tuple[str, ...]:
    """Every identity of the person: one card carries them all."""
    return tuple(
        entry.key for entry in known if facts.classes & entry.classes or (entry.counts_veterans and facts.is_veteran)
    )


def age_on(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def needs_guardian(asked: Asked, facts: Facts, *, today: date, under: int) -> bool:
    """Under sixteen, or without full capacity."""
    return asked.lacks_capacity or (facts.born_on is not None and age_on(facts.born_on, today) < under)


def problems(
    asked: Asked, facts: Facts, *, known: Sequence[Identity], province: str, today: date, guardian_age: int
) -> dict[str, str]:
    """What stands against taking the application down, by the field that it belongs to."""
    found: dict[str, str] = {}
    held = identities_of(facts, known)
    if not facts.is_alive:
        found["person"] = "档案记载此人已去世或已迁出,不能申领。"
    elif not facts.has_id_number:
        found["person"] = "档案里没有身份证号,请先到“人员档案”补齐再申领。"
    elif not held:
        found["person"] = "档案里没有退役军人或“三属”身份,请先核对人员类别;不属于发放对象的不能申领。"
    if asked.kind not in {entry.key for entry in known}:
        found["kind"] = "请选择证件类别。"
    elif held and asked.kind not in held:
        labels = "、".join(entry.label for entry in known if entry.key in held)
        found["kind"] = f"档案里的身份对应的是{labels},请改选,或先更正档案。"
    if asked.exclusion and asked.kind == "survivor":
        found["exclusion"] = "这类遗属享受抚恤待遇,但不属于优待证发放对象。"
    if asked.speaker != "self" and not asked.speaker_name.strip():
        found["speaker_name"] = "请填写代办人或监护人姓名。"
    if needs_guardian(asked, facts, today=today, under=guardian_age) and asked.speaker != "guardian":
        found["speaker"] = f"未满{guardian_age}周岁或者不具备完全民事行为能力的,由监护人代为申请。"
    if asked.basis == "residence" and asked.register_province in ("", province):
        found["basis"] = "户籍在本省的,应当在户籍地申请;只有户籍在外省的才按居住地申请。"
    if asked.basis == "register" and asked.register_province not in ("", province):
        found["basis"] = "户籍在外省的,按居住地申请,或回户籍地申请。"
    if asked.has_card_elsewhere:
        found["has_card_elsewhere"] = "一人只能持有一张优待证。已在其他地方申领的,请先撤回或办理换发。"
    if asked.channel == "home_visit" and not asked.visit_reason:
        found["visit_reason"] = "上门办理请选择理由。"
    return found


def verdict(chosen: Collection[str], known: Iterable[Ground], *, province: str) -> str:
    """'' when nothing stands against it, 'hard' when the card must be refused, 'discretion' when the province decides."""
    weights = {ground.weight(province) for ground in known if ground.key in chosen}
    return "hard" if "hard" in weights else "discretion" if "discretion" in weights else ""


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day."""
    at = day.year * 12 + day.month - 1 + months
    year, month = divmod(at, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def is_unreachable(received_on: date, *, today: date, months: int) -> bool:
    """Whether a card has lain at the station so long that it goes back up."""
    return today >= add_months(received_on, months)


def band_of(since: date, *, today: date, bands: Sequence[int]) -> int:
    """Which band of ageing the days since then fall into: 0 is the youngest."""
    days = (today - since).days
    return sum(days > edge for edge in bands)


def band_labels(bands: Sequence[int]) -> list[str]:
    """['3日内', '4至10日', ..., '30日以上']."""
    labels = [f"{bands[0]}日内"]
    labels += [f"{low + 1}至{high}日" for low, high in pairwise(bands)]
    return [*labels, f"{bands[-1]}日以上"]


@dataclass(frozen=True)
class Counts:
    """A batch as counted: `sent` is what the list says; the rest is what was found."""

    sent: int
    received: int = 0
    short: int = 0
    damaged: int = 0

    @property
    def waiting(self) -> int:
        return self.sent - self.received - self.short - self.damaged

    @property
    def balances(self) -> bool:
        """Closed: nothing waits, nothing too much."""
        return self.waiting == 0 and min(self.sent, self.received, self.short, self.damaged) >= 0


def counted(outcomes: Iterable[str]) -> Counts:
    """Counts from the lines of a batch; an empty outcome waits."""
    lines = list(outcomes)
    return Counts(len(lines), lines.count("received"), lines.count("short"), lines.count("damaged"))


@dataclass(frozen=True)
class Balance:
    """Applications and cards, counted apart, and what lies between them."""

    applications: int
    without_card: int
    reissued: int
    signed: int
    issued: int

    @property
    def first(self) -> int:
        """Cards signed for that belong to a first application."""
        return self.signed - self.reissued

    @property
    def difference(self) -> int:
        """Cards more than applications."""
        return self.signed - self.applications

    @property
    def is_explained(self) -> bool:
        return self.difference == self.reissued - self.without_card

    @property
    def unissued(self) -> int:
        return self.signed - self.issued
