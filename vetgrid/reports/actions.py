"""Do: seal a report, so that it reproduces after every later edit."""

import json
from datetime import date

from cryptography.hazmat.primitives import hashes
from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Invalid
from vetgrid.core.figures import Period, declared
from vetgrid.reports import queries
from vetgrid.reports.models import SealedFigure, SealedReport
from vetgrid.reports.permissions import ReportsPermission


@transaction.atomic
def seal(*, title: str, asked: Period, division: int, by: Actor, today: date) -> SealedReport:
    """封存: every kept figure with the rows behind it, as they are now, and a digest over all of it."""
    require(by, ReportsPermission.SEAL, at=division)
    if not title.strip():
        raise Invalid(fields={"title": "请填写报告名称。"})
    if asked.from_on is None:
        raise Invalid(fields={"from_on": "请填写起始日期。"})
    report = SealedReport(
        division=division,
        title=title.strip(),
        from_on=asked.from_on,
        to_on=asked.to_on,
        sealed_at=now(),
        sealed_by=by.id,
        sealed_by_name=by.name,
        digest="",
    )
    figures = _figures(report, asked, by)
    report.digest = digest_of(figures)
    report.save(force_insert=True)
    SealedFigure.objects.bulk_create(figures)
    record(
        by,
        ReportsPermission.SEAL,
        division=division,
        table="reports_sealedreport",
        row=report.id,
        detail={"digest": report.digest},
    )
    return report


def _figures(report: SealedReport, asked: Period, by: Actor) -> list[SealedFigure]:
    found = []
    for position, computed in enumerate(queries.five_year(asked, seen_by=by)):
        line = computed.line
        figure = SealedFigure(
            report=report, division=report.division, position=position, key=line.key, label=line.label, unit=line.unit
        )
        if computed.state == "kept":
            declaration = declared()[line.key]
            rows = declaration.rows(queries.period_of(line, asked), by)
            figure.value = queries.text_of(computed.value)
            figure.columns = [column.label for column in declaration.columns]
            figure.rows = list(queries.as_texts(declaration, rows))
        found.append(figure)
    return found


def digest_of(figures: list[SealedFigure]) -> str:
    """The SM3 over all lines and rows, in order; anyone can compute it again from the sealed report."""
    digest = hashes.Hash(hashes.SM3())
    for figure in sorted(figures, key=lambda figure: figure.position):
        line = [figure.key, figure.label, figure.unit, figure.value, figure.columns, figure.rows]
        digest.update(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return digest.finalize().hex()
