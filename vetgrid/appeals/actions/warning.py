"""Do: look for what may become a conflict, by dated rules over records; look into an alert and close it with a conclusion."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from vetgrid.appeals.kinds import ALERT
from vetgrid.appeals.models import Alert, AlertRow, Appeal, Performance
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.models import Station
from vetgrid.work import actions as work
from vetgrid.work.models import WorkItem


@dataclass(frozen=True)
class Rule:
    """One version of a rule: what it looks for (`kind`), over how many days, from how many rows on."""

    key: str
    label: str
    kind: str
    days: int
    from_on: date
    at_least: int = 1


@dataclass(frozen=True)
class Found:
    """One thing found: where, why, and the rows behind it."""

    division: int
    key: str
    title: str
    rows: tuple[tuple[str, UUID, str, str], ...]


@cache
def _versions() -> tuple[Rule, ...]:
    with (settings.DATA / "policy" / "warnings.toml").open("rb") as file:
        return tuple(Rule(**entry) for entry in tomllib.load(file)["rule"])


def rules_on(day: date) -> tuple[Rule, ...]:
    """The rules in force on the day, the latest version of each."""
    found: dict[str, Rule] = {}
    for rule in sorted(_versions(), key=lambda rule: rule.from_on):
        if rule.from_on <= day:
            found[rule.key] = rule
    return tuple(found.values())


def rule_label(key: str) -> str:
    return next((rule.label for rule in _versions() if rule.key == key), key)


@transaction.atomic
def look(*, by: Actor, today: date) -> int:
    """One cycle over the whole county; returns how many new alerts it opened. The same cause has one open alert."""
    opened = 0
    for rule in rules_on(today):
        for found in _LOOKS[rule.kind](rule, today):
            opened += _open(rule, found, by=by, today=today)
    return opened


def _open(rule: Rule, found: Found, *, by: Actor, today: date) -> bool:
    key = f"{rule.key}:{found.key}"
    old = Alert.objects.filter(key=key).order_by("closed_on", "-found_on").first()
    if old is not None and (old.closed_on is None or _same_rows(old, found)):
        return False
    station = Station.objects.filter(division=found.division, closed_on=None).exclude(kind="university").first()
    if station is None:
        return False
    alert = Alert(
        division=found.division, rule=rule.key, rule_from=rule.from_on, key=key, title=found.title[:120], found_on=today
    )
    alert.save(force_insert=True)
    for table, row, label, url in found.rows:
        AlertRow(alert=alert, division=found.division, table=table, row=row, label=label[:160], url=url).save(
            force_insert=True
        )
    work.open_item(
        work.Opening(
            kind=ALERT.key,
            subject_id=alert.id,
            title=f"预警 {alert.title}",
            station=station,
            next_on=today + timedelta(days=3),
            next_step="核查情况,上门了解",
        ),
        by=by,
        today=today,
    )
    return True


def _same_rows(old: Alert, found: Found) -> bool:
    """A closed alert does not come back for the very same rows."""
    return set(old.rows.values_list("row", flat=True)) >= {row for _, row, _, _ in found.rows}


def _line(appeal: Appeal) -> tuple[str, UUID, str, str]:
    return "appeals_appeal", appeal.id, f"{appeal.number} {appeal.received_on} {appeal.title}", f"/appeals/{appeal.id}"


def _repeat(rule: Rule, today: date) -> Iterator[Found]:
    since = Appeal.objects.filter(received_on__gt=today - timedelta(days=rule.days), person__isnull=False)
    groups = since.values("person_id", "category").annotate(n=Count("id")).filter(n__gte=rule.at_least)
    for group in groups:
        rows = list(
            since.filter(person_id=group["person_id"], category=group["category"])
            .select_related("person")
            .order_by("-received_on", "-id")
        )
        label = codes("appeal_category").label(group["category"])
        title = f"{rows[0].applicant}一年内{len(rows)}次反映{label}"
        assert rows[0].person is not None
        yield Found(rows[0].division, f"{group['person_id']}:{group['category']}", title, tuple(map(_line, rows)))


def _many(rule: Rule, today: date) -> Iterator[Found]:
    since = Appeal.objects.filter(received_on__gt=today - timedelta(days=rule.days)).exclude(applicant="")
    groups = (
        since.values("origin", "category").annotate(n=Count("applicant", distinct=True)).filter(n__gte=rule.at_least)
    )
    for group in groups:
        rows = list(since.filter(origin=group["origin"], category=group["category"]).order_by("-received_on", "-id"))
        label = codes("appeal_category").label(group["category"])
        title = f"{rule.days}天内{group['n']}人反映{label}"
        yield Found(group["origin"], f"{group['origin']}:{group['category']}", title, tuple(map(_line, rows[:30])))


def _promise(rule: Rule, today: date) -> Iterator[Found]:
    rows = Appeal.objects.filter(promised_on__lt=today - timedelta(days=rule.days), promise_kept_on=None).exclude(
        promise=""
    )
    for row in rows:
        yield Found(
            row.division, str(row.id), f"{row.number}承诺{row.promised_on}前“{row.promise}”未兑现", (_line(row),)
        )


def _performance(rule: Rule, today: date) -> Iterator[Found]:
    rows = Performance.objects.filter(due_on__lt=today - timedelta(days=rule.days), done_on=None, note="")
    for row in rows.select_related("mediation"):
        label = f"{row.mediation.number} {row.what}({row.due_on}到期)"
        line = ("appeals_performance", row.id, label, f"/mediations/{row.mediation_id}")
        yield Found(row.division, str(row.id), label, (line,))


def _overdue(rule: Rule, today: date) -> Iterator[Found]:
    items = WorkItem.objects.filter(
        kind="appeal", closed_on=None, clock_state="running", due_on__lt=today - timedelta(days=rule.days)
    )
    for item in items:
        label = f"{item.title}({item.due_on}到期)"
        line = ("appeals_appeal", item.subject_id, label, f"/appeals/{item.subject_id}")
        yield Found(item.division, f"{item.subject_id}:{item.due_on}", label, (line,))


_LOOKS: dict[str, Callable[[Rule, date], Iterator[Found]]] = {
    "repeat": _repeat,
    "many": _many,
    "promise": _promise,
    "performance": _performance,
    "overdue": _overdue,
}


@transaction.atomic
def conclude(*, alert_id: UUID, conclusion: str, by: Actor, today: date) -> Alert:
    """核查结论: what was found and done; the alert closes."""
    alert = Alert.objects.select_for_update().filter(pk=alert_id).first()
    if alert is None:
        raise NotFound("没有找到这条预警。它可能不在您的管辖范围内。")
    require(by, AppealsPermission.HANDLE, at=alert.division)
    if alert.closed_on is not None:
        raise Conflict("这条预警已经核查完毕。")
    if not conclusion.strip():
        raise Invalid(fields={"conclusion": "请写明核查情况和处理结果。"})
    alert.closed_on, alert.conclusion, alert.closed_by_name = today, conclusion.strip()[:300], by.name
    alert.save(update_fields=["closed_on", "conclusion", "closed_by_name"])
    with lending("work", Places.only([alert.division])):
        item = work.item_of(ALERT.key, alert.id)
    work.close_item(item, outcome="已核查", by=by, today=today)
    record(by, "appeals.conclude_alert", division=alert.division, table="appeals_alert", row=alert.id)
    return alert
