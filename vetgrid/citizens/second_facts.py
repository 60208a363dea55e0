"""The second facts that a binding asks for beside the ID number: each domain that knows one declares how it is checked."""

from collections.abc import Callable

from vetgrid.registry.models import Person, Service

Check = Callable[[Person, str], bool]
_checks: dict[str, Check] = {}


def declare(kind: str, check: Check) -> None:
    """`check(person, text)`, called in a scope that may read the person."""
    _checks[kind] = check


def is_right(kind: str, person: Person, text: str) -> bool:
    check = _checks.get(kind)
    return check is not None and bool(text.strip()) and check(person, text.strip())


def _services(person: Person) -> list[Service]:
    return list(Service.objects.filter(person=person, known_until=None))


def _discharge_year(person: Person, text: str) -> bool:
    years = {str(row.discharged_on)[:4] for row in _services(person) if row.discharged_on}
    return text.removesuffix("年") in years


def _certificate_tail(person: Person, text: str) -> bool:
    numbers = [row.certificate_no.strip() for row in _services(person)]
    return len(text) == 4 and any(len(number) >= 4 and number.endswith(text) for number in numbers)


declare("discharge_year", _discharge_year)
declare("certificate_tail", _certificate_tail)
