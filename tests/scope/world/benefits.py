"""Entitlements of each town: decisions, awards, findings, parameters."""

import json
from typing import Any

from tests import builders as make
from tests.scope.world.marks import DAY
from vetgrid.benefits import models as benefits

_RECEIPT: dict[str, Any] = {
    "amount": "1.00元",
    "changes": ["去世"],
    "exclusion": None,
    "facts": [],
    "known_on": "2023-12-28",
    "month_label": "2023年12月",
    "programme": {"label": "残疾抚恤金", "article": "第一条", "payee": "本人"},
    "rules": {"digest": "0" * 64, "since": "2011-08"},
    "starts_label": "2023年12月",
    "steps": [],
    "unmet": [],
}


def benefits_of(things: dict[str, Any], mark: str, village: int, now: Any) -> dict[str, Any]:
    """One row of each table of benefits."""
    one, by = things["person"], make.system().id
    about = {"person": one, "division": village}
    made = {"made_by": by, "made_by_name": mark, "made_at": now}
    found: dict[str, Any] = {}
    rules, _ = benefits.RuleVersion.objects.get_or_create(digest="0" * 64, defaults={"files": {}, "used_since": now})
    found["decision"] = benefits.Decision.objects.create(
        number=f"{mark}决定",
        programme="disability_pension",
        month=24276,
        known_on=DAY,
        known_at=now,
        cut=one.id,
        rule_version=rules,
        is_entitled=True,
        amount_fen=1,
        before_exclusion_fen=1,
        starts_month=24276,
        receipt=json.dumps(_RECEIPT | {"person": {"name": mark}}),
        digest=mark,
        **about,
        **made,
    )
    found["award"] = benefits.Award.objects.create(
        programme="disability_pension", from_month=24276, decision=found["decision"], **about
    )
    found["award_event"] = benefits.AwardEvent.objects.create(
        award=found["award"],
        number=1,
        kind="start",
        month=24276,
        on=DAY,
        reason=mark,
        by=by,
        by_name=mark,
        at=now,
        division=village,
    )
    found["award_period"] = benefits.AwardPeriod.objects.create(
        award=found["award"], from_month=24276, to_month=benefits.OPEN, division=village
    )
    found["benefit_finding"] = benefits.Finding.objects.create(
        programme="nursing_fee", kind="missing", month=24276, found_on=DAY, **about
    )
    found["application"] = benefits.Application.objects.create(
        number=f"{mark}申请",
        programme="nursing_fee",
        from_month=24276,
        channel="window",
        finding_id=found["benefit_finding"].id,
        note=mark,
        asked_on=DAY,
        **about,
        **made,
    )
    found["benefit_fact"] = benefits.BenefitFact.objects.create(
        group="nursing",
        values={"provision": "dispersed"},
        from_month=24276,
        known_since=now,
        source="archive",
        note=mark,
        recorded_by=by,
        recorded_by_name=mark,
        **about,
    )
    found["benefit_confirmation"] = benefits.Confirmation.objects.create(
        year=2022, way="visit", confirmed_on=DAY, note=mark, confirmed_by=by, confirmed_by_name=mark, **about
    )
    found["death_report"] = benefits.DeathReport.objects.create(
        source="civil",
        died_on=DAY,
        reported_on=DAY,
        note=mark,
        reported_by=by,
        reported_by_name=mark,
        reported_at=now,
        **about,
    )
    found["spell"] = benefits.Spell.objects.create(from_month=24276, built_at=now, **about)
    found["pending"] = benefits.Pending.objects.create(since=now, **about)
    found["benefit_run"] = benefits.Run.objects.create(
        division=village, label=f"{mark}测算", month=24276, asked_by=by, asked_by_name=mark, asked_at=now
    )
    found["simulation"] = benefits.Simulation.objects.create(
        division=village, label=f"{mark}模拟", asked_by=by, asked_by_name=mark, asked_at=now, expires_on=make.TODAY
    )
    found["proposal"] = benefits.Proposal.objects.create(
        division=village,
        label=f"{mark}变更",
        document=mark,
        trust="A",
        effective_on=DAY,
        known_since=DAY,
        rows=[{"table": "combat_test", "cell": "", "mode": "set", "value": "1200", "unit": "yuan/month"}],
        proposed_by=by,
        proposed_by_name=mark,
        proposed_at=now,
    )
    found["benefit_series"] = benefits.Series.objects.create(division=village, key=mark, last=1)
    return found
