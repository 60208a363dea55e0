"""The same arithmetic as a Polars program written by hand: what somebody would write who needs these twelve programmes and no others.

What does not change with the month is worked out once; a month is one select.
"""

import sys
import time
from pathlib import Path

import polars as pl

from benchmarks.benefits.exchange import MONTHS, read_facts, read_parameters, say

AMOUNTS = (
    "disability_pension",
    "survivors_pension",
    "red_army_allowance",
    "demobilised",
    "ill_returned",
    "combat_test",
    "rural_over60",
    "martyr_child",
    "veteran_party_member",
    "nursing_fee",
    "waiting_allowance",
    "tax_relief",
)


def c(name: str) -> pl.Expr:
    return pl.col(name)


def cell(table: list[int], *dims: tuple[str, int]) -> pl.Expr:
    """A value from a flat list by the columns that index it."""
    if not dims:
        return pl.lit(table[0], pl.Int64)
    at = pl.lit(0, pl.UInt32)
    for name, size in dims:
        at = at * size + c(name).cast(pl.UInt32)
    return pl.lit(pl.Series(table, dtype=pl.Int64)).gather(at)


def unchanging(facts: pl.DataFrame) -> pl.DataFrame:
    """Everything that is the same in all twelve months."""
    standing = c("suspension") == 0
    needy = c("survivor_relation").is_in([1, 2]) & (c("is_without_means") | c("is_low_income"))
    return (
        facts.lazy()
        .with_columns(
            ok_disabled=standing
            & (c("disability_grade") >= 1)
            & ((c("disability_grade") <= 6) | (c("disability_cause") != 3)),
            ok_needy=needy,
            ok_survivor=standing
            & (c("survivor_kind") != 0)
            & ((c("survivor_relation") != 2) | ~c("is_remarried") | c("cares_for_family")),
            ok_child=(c("survivor_relation") == 3) & (c("is_studying") | c("is_disabled")),
            ok_sibling=(c("survivor_relation") == 4) & c("was_supported"),
            ok_standing=standing,
            is_free=(c("domicile") == 1) | ~c("has_employer"),
            is_rural_soldier=standing
            & c("returned_rural")
            & (c("discharged") > 0)
            & (c("enlisted") >= 1954 * 12 + 10)
            & (c("enlisted") < 2011 * 12 + 10)
            & ~c("has_employee_pension"),
            served=(c("discharged") - c("enlisted")).cast(pl.Int64),
            ok_nursing=standing & c("disability_grade").is_between(1, 4) & (c("provision") == 1),
            ok_waiting=standing & c("is_waiting") & (c("discharge_kind") == 2),
            ok_tax=(c("discharge_kind") == 1)
            & (c("discharged") > 0)
            & (c("tax_kind") != 0)
            & (c("tax_since") > 0)
            & (c("tax_since") <= 2027 * 12 + 11),
        )
        .collect()
    )


def amounts(month: int, p: dict[str, list[int]]) -> list[pl.Expr]:
    """The amounts before exclusions."""
    year = month // 12
    alive = (c("died") == 0) | (c("died") >= month)
    here = ((c("moved_in") == 0) | (c("moved_in") // 12 < year)) & (
        (c("moved_out") == 0) | (c("moved_out") // 12 >= year)
    )
    there = alive & here
    handed = (c("handed_over") == 0) | (c("handed_over") // 12 < year)
    under_18 = (c("born") > 0) & (c("born") + 216 >= month)
    over_60 = (c("born") > 0) & (c("born") + 720 <= month)
    entitled = c("ok_needy") | c("ok_child") | ((c("survivor_relation") == 3) & under_18)
    entitled = entitled | (c("ok_sibling") & (under_18 | c("is_studying")))
    halves = {
        0: 2 * -(-c("served") // 12),
        1: -(-c("served") // 6),
        2: 2 * (c("discharged") // 12 - c("enlisted") // 12 + 1).cast(pl.Int64),
    }[p["service_rounding"][0]]
    months = month + 1 - pl.max_horizontal(c("tax_since"), pl.lit(month // 12 * 12))
    limit = cell(p["tax_limit"], ("tax_kind", 3))
    due = (2 * limit * months + 12) // 24 - (2 * limit * (months - 1) + 12) // 24

    def when(condition: pl.Expr, value: pl.Expr, name: str) -> pl.Expr:
        return pl.when(condition).then(value).otherwise(pl.lit(0, pl.Int64)).alias(name)

    pension = cell(p["disability_pension"], ("disability_cause", 4), ("disability_grade", 11))
    share = cell(p["nursing_share"], ("disability_cause", 4), ("disability_grade", 11))
    rural = (2 * p["rural_over60"][0] * halves + 24) // 48
    nursing = (2 * p["average_wage"][0] * share + 12000) // 24000
    return [
        when(c("ok_disabled") & there & handed, pension, "disability_pension"),
        when(
            c("ok_survivor") & there & entitled,
            cell(p["survivors_pension"], ("survivor_kind", 4), ("domicile", 3)),
            "survivors_pension",
        ),
        when(
            c("ok_standing") & there & (c("red_army") != 0),
            cell(p["red_army_allowance"], ("red_army", 4), ("domicile", 3)),
            "red_army_allowance",
        ),
        when(
            c("ok_standing") & there & (c("demobilised_era") != 0),
            cell(p["demobilised"], ("demobilised_era", 4)),
            "demobilised",
        ),
        when(c("ok_standing") & there & c("is_ill_returned"), cell(p["ill_returned"]), "ill_returned"),
        when(c("ok_standing") & there & (c("combat") != 0) & c("is_free"), cell(p["combat_test"]), "combat_test"),
        when(c("is_rural_soldier") & there & over_60, rural.clip(lower_bound=0), "rural_over60"),
        when(
            c("ok_standing") & there & c("is_martyr_child") & c("was_adult_before_scheme") & over_60 & c("is_free"),
            cell(p["martyr_child"]),
            "martyr_child",
        ),
        when(
            c("ok_standing") & there & (c("party_member") != 0),
            cell(p["veteran_party_member"], ("party_member", 4)),
            "veteran_party_member",
        ),
        when(c("ok_nursing") & there & handed, nursing, "nursing_fee"),
        when(c("ok_waiting") & alive, cell(p["waiting_allowance"]), "waiting_allowance"),
        when(
            c("ok_tax") & (c("tax_since") <= month) & (c("tax_since") + p["tax_months"][0] > month), due, "tax_relief"
        ),
    ]


def exclusions() -> list[pl.Expr]:
    """Who gives way to whom."""
    disabled, red, demobilised, ill = (
        c(name) > 0 for name in ("disability_pension", "red_army_allowance", "demobilised", "ill_returned")
    )
    survivor, combat, child = (c(name) > 0 for name in ("survivors_pension", "combat_test", "martyr_child"))

    def unless(name: str, condition: pl.Expr) -> pl.Expr:
        return pl.when(condition).then(0).otherwise(c(name)).alias(name)

    member, red_fen, demobilised_fen = c("veteran_party_member"), c("red_army_allowance"), c("demobilised")
    return [
        c("disability_pension"),
        c("survivors_pension"),
        unless("red_army_allowance", member > red_fen),
        unless("demobilised", red | (member > demobilised_fen)),
        unless("ill_returned", disabled | demobilised | (c("combat_test") > c("ill_returned"))),
        unless("combat_test", disabled | red | demobilised | (c("ill_returned") >= c("combat_test"))),
        unless("rural_over60", disabled | survivor | red | demobilised | ill | combat | child),
        unless("martyr_child", survivor),
        unless("veteran_party_member", (red_fen >= member) | (demobilised_fen >= member)),
        c("nursing_fee"),
        c("waiting_allowance"),
        c("tax_relief"),
    ]


def main(facts_path: str, parameters_path: str, out: str, runs: str) -> None:
    facts, parameters = read_facts(Path(facts_path)), read_parameters(Path(parameters_path))
    for run in range(int(runs)):
        began = time.perf_counter()
        fixed = unchanging(facts)
        sums = []
        for month, p in zip(MONTHS, parameters, strict=True):
            found = fixed.lazy().select(amounts(month, p)).select(exclusions()).collect()
            sums.append(sum(found.sum().row(0)))
            if out and run == 0 and month == MONTHS[-1]:
                found.write_ipc(Path(out))
        say(name="by_hand", seconds=time.perf_counter() - began, total=sum(sums))


if __name__ == "__main__":
    main(*sys.argv[1:])
