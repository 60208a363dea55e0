"""API of the report: its lines for a period."""

from typing import Any

from ninja import Router

from vetgrid.core.api import Holding
from vetgrid.core.clock import today
from vetgrid.core.figures import Period
from vetgrid.core.schema import Schema
from vetgrid.reports import queries
from vetgrid.reports.permissions import ReportsPermission
from vetgrid.reports.views import FOUNDED

router = Router(tags=["reports"])


class LineOut(Schema):
    """One line; `value` is empty unless `state` is 'kept'."""

    key: str
    label: str
    unit: str
    state: str
    value: str


@router.get(
    "/reports/five-year", response=list[LineOut], auth=Holding(ReportsPermission.READ), operation_id="getFiveYearReport"
)
def five_year(request: Any, from_on: str = "", to_on: str = "") -> list[dict[str, str]]:
    asked = queries.period_from(from_on, to_on, default=Period(FOUNDED, today()))
    return [
        {
            "key": entry.line.key,
            "label": entry.line.label,
            "unit": entry.line.unit,
            "state": entry.state,
            "value": queries.text_of(entry.value),
        }
        for entry in queries.five_year(asked, seen_by=request.actor)
    ]
