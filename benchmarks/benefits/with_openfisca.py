"""The same rules written for OpenFisca-core: one variable for each programme and for each condition that several share.

Runs in an environment of its own (`requirements.lock` beside this file). Written to be quick: what does not change is an input
for eternity, parameters are read once a month as arrays, integers stay integers.
"""

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import ETERNITY, MONTH, period
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.benefits.by_hand import AMOUNTS
from benchmarks.benefits.exchange import MONTHS, read_facts, read_parameters, say

Person = build_entity(key="person", plural="persons", label="a person", is_person=True)
PARAMETERS: dict[str, dict[str, Any]] = {}
FLAGS = [
    "is_without_means",
    "is_low_income",
    "is_remarried",
    "cares_for_family",
    "is_studying",
    "is_disabled",
    "was_supported",
    "has_employer",
    "returned_rural",
    "has_employee_pension",
    "is_waiting",
    "is_ill_returned",
    "is_martyr_child",
    "was_adult_before_scheme",
]
NUMBERS = [
    "born",
    "died",
    "moved_in",
    "moved_out",
    "suspension",
    "disability_grade",
    "disability_cause",
    "handed_over",
    "provision",
    "survivor_kind",
    "survivor_relation",
    "domicile",
    "red_army",
    "demobilised_era",
    "combat",
    "party_member",
    "enlisted",
    "discharged",
    "discharge_kind",
    "tax_kind",
    "tax_since",
]


def month_index(at: Any) -> int:
    return int(at.start.year) * 12 + int(at.start.month) - 1


def values(at: Any) -> dict[str, Any]:
    return PARAMETERS[str(at)]


def input_variable(name: str, kind: type) -> type:
    return type(name, (Variable,), {"value_type": kind, "entity": Person, "definition_period": ETERNITY, "label": name})


def variable(kind: type) -> Any:
    """Turns a formula into a monthly variable of its name."""

    def make(formula: Any) -> type:
        body = {"value_type": kind, "entity": Person, "definition_period": MONTH, "label": formula.__name__}
        return type(formula.__name__, (Variable,), body | {"formula": formula})

    return make


@variable(bool)
def is_there(person: Any, at: Any, parameters: Any) -> Any:
    month, year = month_index(at), at.start.year
    died, came, left = person("died", at), person("moved_in", at), person("moved_out", at)
    return ((died == 0) | (died >= month)) & ((came == 0) | (came // 12 < year)) & ((left == 0) | (left // 12 >= year))


@variable(bool)
def is_alive(person: Any, at: Any, parameters: Any) -> Any:
    died = person("died", at)
    return (died == 0) | (died >= month_index(at))


@variable(bool)
def is_in_good_standing(person: Any, at: Any, parameters: Any) -> Any:
    return person("suspension", at) == 0


@variable(bool)
def is_payable_here(person: Any, at: Any, parameters: Any) -> Any:
    return person("is_there", at) & person("is_in_good_standing", at)


@variable(bool)
def is_handed_over(person: Any, at: Any, parameters: Any) -> Any:
    handed = person("handed_over", at)
    return (handed == 0) | (handed // 12 < at.start.year)


@variable(bool)
def is_60(person: Any, at: Any, parameters: Any) -> Any:
    born = person("born", at)
    return (born > 0) & (born + 720 <= month_index(at))


@variable(bool)
def is_without_employer(person: Any, at: Any, parameters: Any) -> Any:
    return (person("domicile", at) == 1) | ~person("has_employer", at)


@variable(int)
def raw_disability_pension(person: Any, at: Any, parameters: Any) -> Any:
    grade, cause = person("disability_grade", at), person("disability_cause", at)
    entitled = (
        (grade >= 1) & ((grade <= 6) | (cause != 3)) & person("is_handed_over", at) & person("is_payable_here", at)
    )
    return np.where(entitled, values(at)["disability_pension"][cause * 11 + grade], 0)


@variable(int)
def raw_survivors_pension(person: Any, at: Any, parameters: Any) -> Any:
    kind, relation, born = person("survivor_kind", at), person("survivor_relation", at), person("born", at)
    young = (born > 0) & (born + 216 >= month_index(at))
    needy = ((relation == 1) | (relation == 2)) & (person("is_without_means", at) | person("is_low_income", at))
    child = (relation == 3) & (young | person("is_studying", at) | person("is_disabled", at))
    sibling = (relation == 4) & person("was_supported", at) & (young | person("is_studying", at))
    family = (relation != 2) | ~person("is_remarried", at) | person("cares_for_family", at)
    entitled = (kind != 0) & (needy | child | sibling) & family & person("is_payable_here", at)
    return np.where(entitled, values(at)["survivors_pension"][kind * 3 + person("domicile", at)], 0)


@variable(int)
def raw_red_army_allowance(person: Any, at: Any, parameters: Any) -> Any:
    red = person("red_army", at)
    entitled = (red != 0) & person("is_payable_here", at)
    return np.where(entitled, values(at)["red_army_allowance"][red * 3 + person("domicile", at)], 0)


@variable(int)
def raw_demobilised(person: Any, at: Any, parameters: Any) -> Any:
    era = person("demobilised_era", at)
    return np.where((era != 0) & person("is_payable_here", at), values(at)["demobilised"][era], 0)


@variable(int)
def raw_ill_returned(person: Any, at: Any, parameters: Any) -> Any:
    entitled = person("is_ill_returned", at) & person("is_payable_here", at)
    return np.where(entitled, values(at)["ill_returned"][0], 0)


@variable(int)
def raw_combat_test(person: Any, at: Any, parameters: Any) -> Any:
    entitled = (person("combat", at) != 0) & person("is_without_employer", at) & person("is_payable_here", at)
    return np.where(entitled, values(at)["combat_test"][0], 0)


@variable(int)
def raw_rural_over60(person: Any, at: Any, parameters: Any) -> Any:
    enlisted, discharged = person("enlisted", at), person("discharged", at)
    served = discharged - enlisted
    rounding = values(at)["service_rounding"][0]
    if rounding == 0:
        halves = 2 * -(-served // 12)
    elif rounding == 1:
        halves = -(-served // 6)
    else:
        halves = 2 * (discharged // 12 - enlisted // 12 + 1)
    soldier = person("returned_rural", at) & (discharged > 0)
    soldier = soldier & (enlisted >= 1954 * 12 + 10) & (enlisted < 2011 * 12 + 10)
    entitled = soldier & person("is_60", at) & ~person("has_employee_pension", at) & person("is_payable_here", at)
    amount = np.maximum(0, (2 * values(at)["rural_over60"][0] * halves.astype(np.int64) + 24) // 48)
    return np.where(entitled, amount, 0)


@variable(int)
def raw_martyr_child(person: Any, at: Any, parameters: Any) -> Any:
    entitled = person("is_martyr_child", at) & person("was_adult_before_scheme", at) & person("is_60", at)
    entitled = entitled & person("is_without_employer", at) & person("is_payable_here", at)
    return np.where(entitled, values(at)["martyr_child"][0], 0)


@variable(int)
def raw_veteran_party_member(person: Any, at: Any, parameters: Any) -> Any:
    member = person("party_member", at)
    return np.where((member != 0) & person("is_payable_here", at), values(at)["veteran_party_member"][member], 0)


@variable(int)
def raw_nursing_fee(person: Any, at: Any, parameters: Any) -> Any:
    grade, cause = person("disability_grade", at), person("disability_cause", at)
    entitled = (grade >= 1) & (grade <= 4) & (person("provision", at) == 1)
    entitled = entitled & person("is_handed_over", at) & person("is_payable_here", at)
    share = values(at)["nursing_share"][cause * 11 + grade]
    return np.where(entitled, (2 * int(values(at)["average_wage"][0]) * share + 12000) // 24000, 0)


@variable(int)
def raw_waiting_allowance(person: Any, at: Any, parameters: Any) -> Any:
    entitled = person("is_waiting", at) & (person("discharge_kind", at) == 2)
    entitled = entitled & person("is_alive", at) & person("is_in_good_standing", at)
    return np.where(entitled, values(at)["waiting_allowance"][0], 0)


@variable(int)
def raw_tax_relief(person: Any, at: Any, parameters: Any) -> Any:
    month, since, kind = month_index(at), person("tax_since", at), person("tax_kind", at)
    entitled = (person("discharge_kind", at) == 1) & (person("discharged", at) > 0) & (kind != 0)
    entitled = entitled & (since > 0) & (since <= 2027 * 12 + 11) & (since <= month)
    entitled = entitled & (since + int(values(at)["tax_months"][0]) > month)
    months = (month + 1 - np.maximum(since, month // 12 * 12)).astype(np.int64)
    limit = values(at)["tax_limit"][kind]
    due = (2 * limit * months + 12) // 24 - (2 * limit * (months - 1) + 12) // 24
    return np.where(entitled, due, 0)


def final(name: str, gives_way: Any) -> type:
    def formula(person: Any, at: Any, parameters: Any) -> Any:
        mine = person(f"raw_{name}", at)
        return mine if gives_way is None else np.where(gives_way(person, at, mine), 0, mine)

    formula.__name__ = name
    made: type = variable(int)(formula)
    return made


def has(*names: str) -> Any:
    def check(person: Any, at: Any, mine: Any) -> Any:
        found = person(f"raw_{names[0]}", at) > 0
        for name in names[1:]:
            found = found | (person(f"raw_{name}", at) > 0)
        return found

    return check


def above(name: str, *, ties: bool) -> Any:
    def check(person: Any, at: Any, mine: Any) -> Any:
        theirs = person(f"raw_{name}", at)
        return theirs >= mine if ties else theirs > mine

    return check


def any_of(*checks: Any) -> Any:
    def check(person: Any, at: Any, mine: Any) -> Any:
        found = checks[0](person, at, mine)
        for other in checks[1:]:
            found = found | other(person, at, mine)
        return found

    return check


GIVES_WAY = {
    "red_army_allowance": above("veteran_party_member", ties=False),
    "demobilised": any_of(has("red_army_allowance"), above("veteran_party_member", ties=False)),
    "ill_returned": any_of(has("disability_pension", "demobilised"), above("combat_test", ties=False)),
    "combat_test": any_of(
        has("disability_pension", "red_army_allowance", "demobilised"), above("ill_returned", ties=True)
    ),
    "rural_over60": has(
        "disability_pension",
        "survivors_pension",
        "red_army_allowance",
        "demobilised",
        "ill_returned",
        "combat_test",
        "martyr_child",
    ),
    "martyr_child": has("survivors_pension"),
    "veteran_party_member": any_of(above("red_army_allowance", ties=True), above("demobilised", ties=True)),
}


def system() -> TaxBenefitSystem:
    made = TaxBenefitSystem([Person])
    made.parameters = None
    for name in NUMBERS:
        made.add_variable(input_variable(name, int))
    for name in FLAGS:
        made.add_variable(input_variable(name, bool))
    shared = [is_there, is_alive, is_in_good_standing, is_payable_here, is_handed_over, is_60, is_without_employer]
    for found in shared + [globals()[f"raw_{name}"] for name in AMOUNTS]:
        made.add_variable(found)
    for name in AMOUNTS:
        made.add_variable(final(name, GIVES_WAY.get(name)))
    return made


def arrays(parameters: list[dict[str, list[int]]]) -> None:
    """The parameters of each month as arrays, read once."""
    for month, tables in zip(MONTHS, parameters, strict=True):
        at = f"{month // 12}-{month % 12 + 1:02d}"
        PARAMETERS[at] = {name: np.array(cells, dtype=np.int64) for name, cells in tables.items()}


def columns(facts: Any) -> dict[str, Any]:
    """The facts as the arrays that OpenFisca takes; not part of what is timed in memory."""
    found = {name: facts[name].to_numpy().astype(np.int32) for name in NUMBERS}
    return found | {name: facts[name].to_numpy().astype(bool) for name in FLAGS}


def compute(made: TaxBenefitSystem, inputs: dict[str, Any], count: int) -> Any:
    """Yields (month, simulation) after all amounts of the month are worked out; a month's values are forgotten afterwards."""
    simulation = SimulationBuilder().build_default_simulation(made, count=count)
    for name, values_of in inputs.items():
        simulation.set_input(name, period(ETERNITY), values_of)
    for month in MONTHS:
        at = f"{month // 12}-{month % 12 + 1:02d}"
        yield month, [simulation.calculate(name, at) for name in AMOUNTS]
        for name in made.variables:
            if name not in inputs:
                simulation.delete_arrays(name, at)


def main(facts_path: str, parameters_path: str, out: str, runs: str) -> None:
    import polars as pl

    facts = read_facts(Path(facts_path))
    arrays(read_parameters(Path(parameters_path)))
    made, inputs = system(), columns(facts)
    for run in range(int(runs)):
        began = time.perf_counter()
        total = 0
        for month, found in compute(made, inputs, len(facts)):
            total += sum(int(values_of.sum(dtype=np.int64)) for values_of in found)
            if out and run == 0 and month == MONTHS[-1]:
                pl.DataFrame(dict(zip(AMOUNTS, found, strict=True))).cast(pl.Int64).write_ipc(Path(out))
        say(name="openfisca", seconds=time.perf_counter() - began, total=total)


if __name__ == "__main__":
    main(*sys.argv[1:])
