"""Errors as people see them: one sentence, what to do next, and a number that the administrator can look up."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from vetgrid.core.errors import NotAllowed, NotFound, Refused


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


def answer(request: HttpRequest, error: Refused) -> HttpResponse:
    """A refusal as problem+json for the API, as a page (or drawer content) otherwise."""
    if request.path.startswith("/api/"):
        return JsonResponse(
            {
                "title": error.sentence,
                "detail": error.sentence,
                "code": error.code,
                "status": error.http_code,
                "fields": getattr(error, "fields", {}),
            },
            status=error.http_code,
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
    return refused_page(request, error)


def is_problem(response: HttpResponseBase) -> bool:
    return response.get("Content-Type", "").startswith("application/problem+json")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came without its one-time mark: an old page, or a page of somebody else."""
    return refused_page(request, NotAllowed("页面已经过期,内容没有提交。请返回上一页刷新后重新提交。", code="csrf"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refused_page(request, NotFound("没有这个页面。请检查地址,或从左侧菜单重新进入。"))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        sentence = "填写的内容太大(超过2MB),没有保存。请返回上一页摘要填写,原文作为附件上传。"
        error = Refused(sentence, code="too_large")
        error.http_code = 413
        return refused_page(request, error)
    return refused_page(request, Refused("请求的内容不能识别,没有处理。请返回上一页重新提交。", code="bad_request"))


def failed(request: HttpRequest) -> HttpResponse:
    """Something of ours broke; nothing was saved, because the transaction was undone."""
    error = Refused("系统出错了,刚才的内容没有保存。请稍候再试;再次出错时请把下面的编号告诉系统管理员。", code="failed")
    error.http_code = 500
    return refused_page(request, error)
