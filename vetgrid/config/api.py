"""The API (`/api/v1`): this file only assembles the routers; each domain owns its `api.py`.

Every endpoint names the permission it asks; without one the default guard refuses. Errors are problem+json.
"""

from typing import Any

import orjson
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.renderers import BaseRenderer

from vetgrid.accounts import api as accounts
from vetgrid.appeals import api as appeals
from vetgrid.benefits import api as benefits
from vetgrid.cards import api as cards
from vetgrid.citizens import api as citizens
from vetgrid.core.api import Nobody
from vetgrid.core.errors import Invalid, Refused
from vetgrid.employment import api as employment
from vetgrid.files import api as files
from vetgrid.grid import api as grid
from vetgrid.notices import api as notices
from vetgrid.offers import api as offers
from vetgrid.orgs import api as orgs
from vetgrid.policies import api as policies
from vetgrid.registry import citizen_api as own_file
from vetgrid.registry.api import router as registry
from vetgrid.reports.api import router as reports
from vetgrid.visits import api as visits
from vetgrid.web.refusals import answer


class Json(BaseRenderer):
    """UTF-8 as it is, Chinese not escaped."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data)


api = NinjaAPI(
    title="VetGrid", version="1", auth=Nobody(), renderer=Json(), docs_url=None, openapi_url=None, urls_namespace="api"
)
CONSOLE = (orgs.router, registry, grid.router, reports)
CITIZEN = (
    citizens.citizen,
    own_file.citizen,
    appeals.citizen,
    benefits.citizen,
    grid.citizen,
    orgs.citizen,
    policies.citizen,
    notices.citizen,
    employment.citizen,
    offers.citizen,
    cards.citizen,
    files.citizen,
)
FIELD = (accounts.field, visits.field, citizens.field, files.field)
for router in (*CONSOLE, *CITIZEN, *FIELD):
    api.add_router("", router)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    transaction.set_rollback(True)
    return answer(request, error)


@api.exception_handler(ValidationError)
def _shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {
        ".".join(str(part) for part in entry["loc"][1:] or entry["loc"]): "格式不对,请按接口说明填写。"
        for entry in error.errors
    }
    return answer(request, Invalid("请求内容的格式不对,请按接口说明更正。", fields=fields))


@api.exception_handler(DjangoValidationError)
def _value(request: HttpRequest, error: DjangoValidationError) -> HttpResponse:
    return answer(request, Invalid("请求内容里有不能识别的值,请更正。"))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    sentence = "请先登录。" if error.status_code == 401 else "请求不能识别,请检查内容格式。"
    refusal = Refused(sentence, code=f"http_{error.status_code}")
    refusal.http_code = error.status_code
    return answer(request, refusal)
