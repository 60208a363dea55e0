"""Invented people in any number: encoded facts as a frame, seeded, so that targets can be compared and rules measured.

Every programme and every boundary occurs: birthdays around 18 and 60, deaths, moves and hand-overs around the year that is
looked at, every grade, cause and code. No two facts of a person contradict each other.
"""

from collections.abc import Sequence

import polars as pl

from vetgrid.benefits.facts import FIRST, LAST
from vetgrid.core.ruling.columnar import schema
from vetgrid.core.ruling.months import month_of
from vetgrid.core.ruling.vocabulary import Vocabulary

AROUND = month_of(2023, 6)
"""The month around which things happen."""
_THOUSAND = 1000


def population(vocabulary: Vocabulary, persons: int, *, seed: int) -> pl.DataFrame:
    """A row for each person, in the order of the vocabulary, then `from_month` and `to_month`, which cover all time."""
    draw = _Draw(seed)
    chosen = {**_bases(draw), **_services(draw), **_classes(draw), **_events(draw)}
    missing = set(vocabulary) - set(chosen)
    assert not missing, f"nobody is given {missing}"
    types = schema(vocabulary)
    frame = pl.select(pl.int_range(persons, dtype=pl.UInt64).alias("at")).lazy()
    frame = frame.with_columns(**chosen).with_columns(**_made_true())
    return frame.select(
        *(pl.col(key).cast(types[key]) for key in vocabulary),
        pl.lit(FIRST, pl.Int32).alias("from_month"),
        pl.lit(LAST, pl.Int32).alias("to_month"),
    ).collect()


def lives(vocabulary: Vocabulary, persons: int, *, seed: int) -> pl.DataFrame:
    """The same with `person_id`, and with a change in every third life: before it other facts held than after it."""
    after = population(vocabulary, persons, seed=seed).with_row_index("person_id")
    before = population(vocabulary, persons, seed=seed + 1).with_row_index("person_id")
    change = AROUND - 12 + (pl.col("person_id").hash(seed) % 24).cast(pl.Int32)
    is_changed = pl.col("person_id") % 3 == 0
    return pl.concat(
        [
            after.with_columns(pl.when(is_changed).then(change).otherwise(pl.col("from_month")).alias("from_month")),
            before.filter(is_changed).with_columns(change.alias("to_month")),
        ]
    ).sort("person_id", "from_month")


class _Draw:
    """Numbers that depend on the seed, the person and the name of what is drawn, and on nothing else."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.drawn = 0

    def below(self, limit: int) -> pl.Expr:
        self.drawn += 1
        return (pl.col("at").hash(self.seed * 1009 + self.drawn) % limit).cast(pl.Int64)

    def often(self, permille: int) -> pl.Expr:
        return self.below(_THOUSAND) < permille

    def between(self, first: int, last: int) -> pl.Expr:
        return first + self.below(last - first + 1)

    def one_of(self, permille: int, values: Sequence[int]) -> pl.Expr:
        """One of the values for so many in a thousand, else 0."""
        value = pl.lit(pl.Series(values, dtype=pl.Int64)).gather(self.below(len(values)).cast(pl.UInt32))
        return pl.when(self.often(permille)).then(value).otherwise(0)

    def month(self, permille: int, first: int, last: int) -> pl.Expr:
        return pl.when(self.often(permille)).then(self.between(first, last)).otherwise(0)


def _bases(draw: _Draw) -> dict[str, pl.Expr]:
    young = draw.between(AROUND - 20 * 12, AROUND - 16 * 12)
    sixty = draw.between(AROUND - 61 * 12, AROUND - 59 * 12)
    others = draw.between(AROUND - 90 * 12, AROUND - 20 * 12)
    return {
        "born": pl.when(draw.often(80)).then(young).when(draw.often(200)).then(sixty).otherwise(others),
        "sex": draw.below(3),
        "died": draw.month(40, AROUND - 14, AROUND + 14),
        "death_kind": draw.between(1, 3),
        "domicile": draw.below(3),
        "moved_in": draw.month(20, AROUND - 18, AROUND + 6),
        "moved_out": draw.month(20, AROUND - 18, AROUND + 6),
        "has_employer": draw.often(250),
        "has_employee_pension": draw.often(250),
        "suspension": draw.one_of(15, range(1, 7)),
    }


def _services(draw: _Draw) -> dict[str, pl.Expr]:
    return {
        "enlisted": draw.month(750, month_of(1953, 1), month_of(2014, 12)),
        "discharged": draw.between(6, 300),
        "discharge_kind": draw.below(4),
        "returned_rural": draw.often(600),
        "merit": draw.one_of(150, range(1, 8)),
        "second_merit": draw.one_of(400, range(1, 8)),
        "is_waiting": draw.often(300),
        "conscript_since": draw.month(30, AROUND - 30, AROUND),
        "conscript_region": draw.below(6),
        "conscript_education": draw.below(3),
        "conscript_award": draw.below(6),
        "insurance_paid": draw.month(20, AROUND - 6, AROUND + 6),
        "pension_gap_months": draw.below(200),
        "medical_gap_months": draw.below(200),
        "tax_kind": draw.one_of(60, (1, 2)),
        "tax_since": draw.between(AROUND - 40, AROUND + 4),
    }


def _classes(draw: _Draw) -> dict[str, pl.Expr]:
    return {
        "disability_grade": draw.one_of(120, range(1, 11)),
        "disability_cause": draw.between(1, 3),
        "handed_over": draw.month(200, AROUND - 24, AROUND + 6),
        "provision": draw.below(4),
        "is_mental": draw.often(200),
        "survivor_kind": draw.one_of(120, (1, 2, 3)),
        "survivor_relation": draw.between(1, 4),
        "is_without_means": draw.often(400),
        "is_low_income": draw.often(400),
        "is_studying": draw.often(300),
        "is_disabled": draw.often(150),
        "was_supported": draw.often(600),
        "is_remarried": draw.often(250),
        "cares_for_family": draw.often(500),
        "red_army": draw.one_of(10, (1, 2, 3)),
        "demobilised_era": draw.one_of(40, (1, 2, 3)),
        "is_ill_returned": draw.often(60),
        "combat": draw.one_of(120, (1, 2)),
        "is_martyr_child": draw.often(40),
        "was_adult_before_scheme": draw.often(700),
        "party_member": draw.one_of(20, (1, 2, 3)),
        "condolence_class": draw.one_of(30, range(1, 9)),
    }


def _events(draw: _Draw) -> dict[str, pl.Expr]:
    return {
        "sacrificed": draw.month(20, AROUND - 40, AROUND + 4),
        "sacrifice_kind": draw.between(1, 3),
        "notified": draw.below(30),
        "base_pay_fen": draw.between(200_000, 1_500_000),
        "hardship_applied": draw.month(40, AROUND - 6, AROUND + 6),
        "hardship_kind": draw.between(1, 5),
        "income_bracket": draw.below(4),
        "need_fen": draw.between(100_000, 9_000_000),
        "aided_fen": draw.one_of(300, (100_000, 500_000, 2_000_000, 3_000_000)),
    }


def _made_true() -> dict[str, pl.Expr]:
    """Takes back what could not be together."""
    c = pl.col
    rated, survivor, spouse = c("disability_grade") > 0, c("survivor_kind") > 0, c("survivor_relation") == 2
    served = (c("enlisted") > 0) & (c("enlisted") >= c("born") + 16 * 12)
    conscript = (c("conscript_since") > c("born") + 17 * 12) & ~served
    dead, fallen, asks = c("died") > 0, c("sacrificed") > 0, c("hardship_applied") > 0

    def only(condition: pl.Expr, *keys: str) -> dict[str, pl.Expr]:
        return {key: pl.when(condition).then(c(key)).otherwise(0) for key in keys}

    discharged = pl.min_horizontal(c("enlisted") + c("discharged"), AROUND)
    return {
        **only(dead, "death_kind"),
        "moved_out": pl.when(c("moved_in") == c("moved_out")).then(0).otherwise(c("moved_out")),
        **only(served, "enlisted", "discharge_kind", "returned_rural"),
        "discharged": pl.when(served)
        .then(pl.max_horizontal(pl.when(dead).then(pl.min_horizontal(discharged, c("died"))).otherwise(discharged), 0))
        .otherwise(0),
        **only(served & (c("discharge_kind") == 2), "is_waiting"),
        **only(c("merit") > 0, "second_merit"),
        **only(conscript & ~dead, "conscript_since", "conscript_region", "conscript_education", "conscript_award"),
        **only(c("tax_kind") > 0, "tax_since"),
        **only(rated, "disability_cause", "handed_over"),
        "disability_grade": c("disability_grade")
        - pl.when((c("disability_cause") == 3) & (c("disability_grade") > 6)).then(6).otherwise(0),
        "is_mental": c("is_mental") & (c("disability_cause") == 3),
        **only(survivor, "survivor_relation", "is_without_means", "is_low_income", "is_studying", "is_disabled"),
        **only(survivor & spouse, "is_remarried", "cares_for_family"),
        **only(survivor & (c("survivor_relation") == 4), "was_supported"),
        **only(c("enlisted") < month_of(1954, 11), "demobilised_era"),
        **only(fallen, "sacrifice_kind", "base_pay_fen"),
        "notified": pl.when(fallen).then(c("sacrificed") + c("notified")).otherwise(0),
        **only(asks, "hardship_kind", "income_bracket", "need_fen", "aided_fen"),
    }
