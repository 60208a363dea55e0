"""Facts that cannot all be true: each contradiction names the field and says why, before any rule is asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from vetgrid.benefits.facts import FIRST, Mistake, Spell
from vetgrid.core.ruling.months import label, month_of
from vetgrid.core.ruling.vocabulary import Vocabulary

Values = Mapping[str, int]
Check = Callable[["_Seen"], Iterator[Mistake]]


class _Seen:
    """The columns of a spell, read with codes as words."""

    def __init__(self, spell: Spell, vocabulary: Vocabulary) -> None:
        self.spell, self.vocabulary = spell, vocabulary

    def __getitem__(self, key: str) -> int:
        return self.spell.values[key]

    def code(self, key: str) -> str:
        return self.vocabulary[key].codes[self.spell.values[key]]

    def start(self, group: str) -> int:
        """The month from which the fact of a group says so; FIRST where there is none or it is open."""
        fact = self.spell.sources.get(group)
        return FIRST if fact is None else fact.from_month


def contradictions(spells: Sequence[Spell], vocabulary: Vocabulary) -> list[Mistake]:
    """Everything in a person's spells that cannot be; each sentence once."""
    found: dict[Mistake, None] = {}
    for spell in spells:
        seen = _Seen(spell, vocabulary)
        for check in _CHECKS:
            found.update(dict.fromkeys(check(seen)))
    return list(found)


def _life(seen: _Seen) -> Iterator[Mistake]:
    born, died = seen["born"], seen["died"]
    for key in ("born", "died"):
        if seen[key] and not 1850 * 12 <= seen[key] < 2100 * 12:
            yield Mistake(key, f"{seen.vocabulary[key].label}:{label(seen[key])}不可能。请检查年份。")
    if died and born and died < born:
        yield Mistake("died", f"去世年月:{label(died)}早于出生的{label(born)}。请核对出生和去世年月。")
    if died and born and died - born > 130 * 12:
        yield Mistake("died", f"去世年月:{label(died)}时已超过130岁。请核对出生和去世年月。")
    if seen["death_kind"] and not died:
        yield Mistake("died", "去世年月:写了去世原因,没有写去世年月。")
    if died and seen.start("death") not in (FIRST, died):
        yield Mistake("died", f"去世年月:去世的事实应从去世当月({label(died)})开始。")


def _nothing_before_birth(seen: _Seen) -> Iterator[Mistake]:
    born = seen["born"]
    for group, fact in seen.spell.sources.items():
        if born and group not in ("person", "death") and fact.from_month != FIRST and fact.from_month < born:
            key = next(iter(fact.values))
            name = seen.vocabulary.groups[group]
            yield Mistake(key, f"{name}:从{label(fact.from_month)}起,早于出生的{label(born)}。请核对日期。")


def _disability(seen: _Seen) -> Iterator[Mistake]:
    grade, cause = seen["disability_grade"], seen.code("disability_cause")
    if cause == "illness" and grade > 6:
        yield Mistake("disability_grade", f"伤残等级:因病致残只评一级至六级,现在是{grade}级。请核对残疾军人证。")
    if grade and cause == "none":
        yield Mistake("disability_cause", "伤残性质:写了伤残等级,没有写因战、因公还是因病。")
    if cause != "none" and not grade:
        yield Mistake("disability_grade", "伤残等级:写了伤残性质,没有写等级。")
    if seen["is_mental"] and grade and grade > 6:
        yield Mistake("is_mental", f"因精神障碍评定:护理费只涉及一级至六级,现在是{grade}级。")
    if seen["handed_over"] and not grade:
        yield Mistake("handed_over", "部队移交年月:没有伤残等级,不应有移交年月。")


def _survivor(seen: _Seen) -> Iterator[Mistake]:
    kind, relation = seen.code("survivor_kind"), seen.code("survivor_relation")
    if (kind == "none") != (relation == "none"):
        missing = "survivor_relation" if relation == "none" else "survivor_kind"
        yield Mistake(missing, f"{seen.vocabulary[missing].label}:遗属类别和关系要一起写。")
    for key in ("is_remarried", "cares_for_family"):
        if seen[key] and relation != "spouse":
            yield Mistake(key, f"{seen.vocabulary[key].label}:只有配偶才有这一项。")
    if seen["was_supported"] and relation != "sibling":
        yield Mistake("was_supported", "由该军人生前供养:只有兄弟姐妹才看这一项。")


def _service(seen: _Seen) -> Iterator[Mistake]:
    enlisted, discharged, born = seen["enlisted"], seen["discharged"], seen["born"]
    if enlisted and discharged and discharged < enlisted:
        yield Mistake("discharged", f"退役年月:{label(discharged)}早于入伍的{label(enlisted)}。")
    if discharged and not enlisted:
        yield Mistake("enlisted", "入伍年月:写了退役年月,没有写入伍年月。")
    for key in ("enlisted", "conscript_since"):
        if born and seen[key] and seen[key] < born + 10 * 12:
            yield Mistake(key, f"{seen.vocabulary[key].label}:{label(seen[key])}时未满10岁。请核对日期。")
    for key in ("enlisted", "discharged", "conscript_since"):
        if seen["died"] and seen[key] > seen["died"]:
            yield Mistake(key, f"{seen.vocabulary[key].label}:{label(seen[key])}晚于去世的{label(seen['died'])}。")
    if seen["demobilised_era"] and enlisted >= month_of(1954, 11):
        yield Mistake("demobilised_era", f"在乡复员军人须1954年10月31日前入伍,入伍年月是{label(enlisted)}。")
    if seen["second_merit"] and not seen["merit"]:
        yield Mistake("merit", "最高奖励:写了另一项奖励,没有写最高的一项。")
    if seen["is_waiting"] and seen["discharge_kind"] and seen.code("discharge_kind") != "arranged":
        yield Mistake("is_waiting", "待安排工作:安置方式不是安排工作。")


def _paired(seen: _Seen) -> Iterator[Mistake]:
    """Columns that say nothing without their companion."""
    for key, companion in (
        ("sacrificed", "sacrifice_kind"),
        ("sacrifice_kind", "sacrificed"),
        ("tax_kind", "tax_since"),
        ("tax_since", "tax_kind"),
        ("hardship_applied", "hardship_kind"),
        ("hardship_kind", "hardship_applied"),
    ):
        if seen[key] and not seen[companion]:
            names = seen.vocabulary
            yield Mistake(companion, f"{names[companion].label}:写了{names[key].label},没有写这一项。")
    if seen["notified"] and seen["sacrificed"] and seen["notified"] < seen["sacrificed"]:
        yield Mistake("notified", f"收到通知书年月:早于牺牲病故的{label(seen['sacrificed'])}。")
    if seen["moved_in"] and seen["moved_in"] == seen["moved_out"]:
        yield Mistake("moved_out", "户籍迁出年月:与迁入是同一个月。请核对。")


_CHECKS: tuple[Check, ...] = (_life, _nothing_before_birth, _disability, _survivor, _service, _paired)
