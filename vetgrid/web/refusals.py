"""Errors as people see them: one sentence, what to do next, and a number that the administrator can look up."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from vetgrid.core.errors import NotAllowed, Refused


def refused_page(request: Any, error: Refused) -> HttpResponse:
    """The page of a refusal. In a drawer (an htmx request) only its content is sent, and htmx is told to show it."""
    context = {"error": error, "request_id": getattr(request, "request_id", "")}
    if request.headers.get("HX-Request"):
        response = render(request, "web/refused_part.html", context)
        response["HX-Retarget"] = "#drawer-content"
        response["HX-Reswap"] = "innerHTML"
        response["HX-Trigger"] = "drawer:open"
        return response
    return render(request, "web/refused.html", context, status=error.http_code)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came without its one-time mark: an old page, or a page of somebody else."""
    return refused_page(request, NotAllowed("页面已经过期,内容没有提交。请返回上一页刷新后重新提交。", code="csrf"))
