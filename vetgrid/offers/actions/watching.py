"""Do: look for what is unusual about redemptions, by dated rules over records; look into a finding and close it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import connection, transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import CHINA
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import lending
from vetgrid.offers.kinds import FINDING
from vetgrid.offers.models import Finding, FindingRow, Redemption, Try
from vetgrid.offers.permissions import OffersPermission
from vetgrid.offers.policy import Rule, rules_on
from vetgrid.orgs.models import Station
from vetgrid.work import actions as work

_BACK = 35
"""So many days back every look goes; what was found before is known by its key."""
_ROWS = 60
Line = tuple[str, UUID, str, str]


@dataclass(frozen=True)
class Found:
    """One thing found: where, why, and the rows behind it."""

    division: int
    key: str
    title: str
    rows: tuple[Line, ...]


@transaction.atomic
def look(*, by: Actor, today: date, back: int = _BACK) -> int:
    """One cycle over the whole county; returns how many new findings it opened. The same cause is opened once."""
    opened = 0
    for rule in rules_on(today):
        for found in _LOOKS[rule.kind](rule, today - timedelta(days=back)):
            opened += _open(rule, found, by=by, today=today)
    return opened


def _open(rule: Rule, found: Found, *, by: Actor, today: date) -> bool:
    key = f"{rule.key}:{found.key}"
    if Finding.objects.filter(key=key).exists():
        return False
    codes = [ancestor(found.division, level) for level in (Level.VILLAGE, Level.TOWN, Level.COUNTY)]
    rows = Station.objects.filter(division__in=codes, closed_on=None).exclude(kind="university")
    station = rows.order_by("-division").first()
    if station is None:
        return False
    row = Finding(
        division=found.division, rule=rule.key, rule_from=rule.from_on, key=key, title=found.title[:120], found_on=today
    )
    row.save(force_insert=True)
    for table, of, label, url in found.rows[:_ROWS]:
        FindingRow(finding=row, division=found.division, table=table, row=of, label=label[:160], url=url).save(
            force_insert=True
        )
    work.open_item(
        work.Opening(
            kind=FINDING.key,
            subject_id=row.id,
            title=f"核销异常 {row.title}",
            station=station,
            next_on=today + timedelta(days=3),
            next_step="核查情况",
        ),
        by=by,
        today=today,
    )
    return True


def _line(row: Redemption) -> Line:
    at = row.at.astimezone(CHINA)
    return (
        "offers_redemption",
        row.id,
        f"{at:%Y-%m-%d %H:%M} {row.merchant.name} 回执{row.number}",
        f"/merchants/{row.merchant_id}",
    )


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _two_places(rule: Rule, since: date) -> Iterator[Found]:
    """A code that had been used was tried at another merchant: somebody has a photograph of it."""
    tries = Try.objects.filter(verdict="replayed", at__gte=_moment(since), redemption_id__isnull=False)
    tries = tries.select_related("merchant").order_by("at", "id")
    used = {
        row.id: row
        for row in Redemption.objects.filter(pk__in=tries.values("redemption_id")).select_related("merchant")
    }
    for one in tries:
        first = used.get(one.redemption_id) if one.redemption_id else None
        if first is None or first.merchant_id == one.merchant_id:
            continue
        at = one.at.astimezone(CHINA)
        line = (
            "offers_try",
            one.id,
            f"{at:%Y-%m-%d %H:%M} {one.merchant.name} 再次使用,已拒绝",
            f"/merchants/{one.merchant_id}",
        )
        title = f"回执{first.number}的码在{first.merchant.name}用过,又在{one.merchant.name}出现"
        yield Found(first.division, f"{first.id}:{one.merchant_id}", title, (_line(first), line))


def _night(rule: Rule, since: date) -> Iterator[Found]:
    """Many redemptions of one merchant in one night; the night belongs to the day on which it began."""
    first, last = rule.hours
    by_night: dict[tuple[UUID, date], list[Redemption]] = {}
    rows = Redemption.objects.filter(on__gte=since, outcome="honoured", at__hour__in=_hours(first, last))
    for row in rows.select_related("merchant").order_by("at", "id"):
        at = row.at.astimezone(CHINA)
        night = at.date() - timedelta(days=1) if at.hour < last else at.date()
        by_night.setdefault((row.merchant_id, night), []).append(row)
    for (merchant, night), found in by_night.items():
        if len(found) >= rule.at_least:
            title = f"{found[0].merchant.name}{night:%-m月%-d日}夜间{first}时至{last}时核销{len(found)}次"
            yield Found(found[0].division, f"{merchant}:{night}", title, tuple(map(_line, found)))


def _hours(first: int, last: int) -> list[int]:
    return [hour % 24 for hour in range(first, last + 24 if last <= first else last)]


def _burst(rule: Rule, since: date) -> Iterator[Found]:
    """Many redemptions of one merchant within a few minutes; one finding a day."""
    seen: set[tuple[UUID, date]] = set()
    window: dict[UUID, list[Redemption]] = {}
    rows = Redemption.objects.filter(on__gte=since, outcome="honoured").select_related("merchant")
    for row in rows.order_by("merchant_id", "at", "id").iterator(chunk_size=2000):
        recent = [old for old in window.get(row.merchant_id, []) if row.at - old.at <= timedelta(minutes=rule.minutes)]
        window[row.merchant_id] = recent = [*recent, row]
        if len(recent) >= rule.at_least and (row.merchant_id, row.on) not in seen:
            seen.add((row.merchant_id, row.on))
            title = f"{row.merchant.name}{row.on:%-m月%-d日}{rule.minutes}分钟内核销{len(recent)}次"
            yield Found(row.division, f"{row.merchant_id}:{row.on}", title, tuple(map(_line, recent)))


def _after_death(rule: Rule, since: date) -> Iterator[Found]:
    """A redemption after the day of death that the registry knows by now; the last possible day where only a month or year is known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.redemption_id, p.name, p.died_on, c.person_id FROM offers_receipt c JOIN registry_person p ON p.id = c.person_id"
            ' WHERE p.died_on IS NOT NULL AND c."on" >= %s'
            " AND c.\"on\"::text > CASE length(p.died_on) WHEN 4 THEN p.died_on || '-12-31' WHEN 7 THEN p.died_on || '-31' ELSE p.died_on END"
            ' ORDER BY c."on", c.id',
            [since],
        )
        found = cursor.fetchall()
    rows = {
        row.id: row for row in Redemption.objects.filter(pk__in=[key for key, *_ in found]).select_related("merchant")
    }
    for key, name, died_on, person_id in found:
        row = rows[key]
        lines = (_line(row), ("registry_person", person_id, f"{name} {died_on}身故", f"/people/{person_id}"))
        yield Found(row.division, str(key), f"{died_on}身故人员的优待码{row.on}在{row.merchant.name}核销", lines)


_LOOKS: dict[str, Callable[[Rule, date], Iterator[Found]]] = {
    "two_places": _two_places,
    "night": _night,
    "burst": _burst,
    "after_death": _after_death,
}


@transaction.atomic
def conclude(*, finding_id: UUID, conclusion: str, by: Actor, today: date) -> Finding:
    """核查结论: what was found and done; the finding closes."""
    row = Finding.objects.select_for_update().filter(pk=finding_id).first()
    if row is None:
        raise NotFound("没有找到这条核销异常。它可能不在您的管辖范围内。")
    require(by, OffersPermission.HANDLE, at=row.division)
    if row.closed_on is not None:
        raise Conflict("这条核销异常已经核查完毕。")
    if not conclusion.strip():
        raise Invalid(fields={"conclusion": "请写明核查情况和处理结果。"})
    row.closed_on, row.conclusion, row.closed_by_name = today, conclusion.strip()[:300], by.name
    row.save(update_fields=["closed_on", "conclusion", "closed_by_name"])
    with lending("work", Places.only([row.division])):
        item = work.item_of(FINDING.key, row.id)
    work.close_item(item, outcome="已核查", by=by, today=today)
    record(by, "offers.conclude", division=row.division, table="offers_finding", row=row.id)
    return row
