"""Names of divisions for screens: a few hundred rows, read once for each request that needs them."""

from collections.abc import Iterable

from vetgrid.core.places import Level, Places, ancestor, level_of
from vetgrid.orgs.models import Division


def names_of(codes: Iterable[int]) -> dict[int, str]:
    """Code to 'town · village' (the town left out for a town itself)."""
    wanted = {code for code in codes if code}
    towns = {ancestor(code, Level.TOWN) for code in wanted if level_of(code) == Level.VILLAGE}
    found = dict(Division.objects.filter(code__in=wanted | towns).values_list("code", "name"))
    return {code: _long(code, found) for code in wanted}


def short(name: str) -> str:
    """仕林村委会 → 仕林村: how people say it."""
    return name.removesuffix("居委会").removesuffix("委会")


def choices_within(places: Places, *, levels: Iterable[Level]) -> list[tuple[str, str]]:
    """Open divisions of these levels inside the places, for drop-downs: only what the viewer reaches."""
    rows = Division.objects.filter(
        level__in=list(levels), closed_on=None, code__gte=places.low, code__lte=places.high
    ).order_by("code")
    inside = [row for row in rows if row.code in places]
    names = names_of(row.code for row in inside)
    return [(str(row.code), names[row.code]) for row in inside]


def _long(code: int, found: dict[int, str]) -> str:
    own = short(found.get(code, str(code)))
    if level_of(code) == Level.VILLAGE:
        town = found.get(ancestor(code, Level.TOWN), "")
        return f"{town} · {own}" if town else own
    return own
