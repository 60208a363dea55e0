"""Every request runs as somebody, in one transaction, in that person's scope; a view without a guard stays shut."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from vetgrid.accounts.sessions import COOKIE, OpenSession, anonymous, open_session
from vetgrid.core.actor import Actor, Origin
from vetgrid.core.bearer import open_bearer, token_in
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, Refused
from vetgrid.core.guard import Guard
from vetgrid.core.ids import new_id
from vetgrid.core.scope import acting
from vetgrid.web.refusals import answer, is_problem

OWN_REFUSALS = "VG"
"""Error codes of our own database functions start so; their message is a sentence for the user."""


class SignedIn:
    """Sets `request.session_open`, `request.actor` and the scope; turns refusals into pages or problem+json."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        origin = _origin(request)
        try:
            with transaction.atomic():
                actor = _become(request, origin)
                with acting(actor, savepoint=False):
                    response = self.get_response(request)
        except Refused as error:  # a token that opens nobody for what was asked
            return answer(request, error)
        except DatabaseError as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            return answer(request, refusal)
        return _as_problem(request, response)

    def process_view(self, request: Any, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is not None and "api" in match.namespaces:
            return None  # each operation of the API carries its own guard, and the default refuses
        guard: Guard | None = getattr(view, "guard", None)
        if guard is None:
            return answer(request, NotAllowed("这个页面没有登记访问权限,已被拒绝。请把页面下方的编号告诉系统管理员。"))
        if _has_null(request):
            return answer(request, Invalid("内容里有不能识别的字符(空字符),没有保存。请删去后重新填写。"))
        if guard.is_public:
            return None
        if request.session_open is None:
            return _to_sign_in(request)
        if not request.session_open.is_complete and not getattr(view, "before_complete", False):
            return _to_completion(request)
        if guard.permissions and not any(request.actor.may(permission) for permission in guard.permissions):
            return answer(request, NotAllowed("您的角色没有使用这项功能的权限。如工作需要,请联系安全管理员授权。"))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Whatever goes wrong in a view undoes everything it wrote."""
        transaction.set_rollback(True)
        if isinstance(error, Refused):
            return answer(request, error)
        if isinstance(error, DatabaseError):
            refusal = refusal_of(error)
            return answer(request, refusal) if refusal else None
        return None


def _has_null(request: HttpRequest) -> bool:
    """Whether a text of the request holds the one character that the database cannot store."""
    return any(
        "\x00" in text
        for values in (request.GET, request.POST)
        for texts in values.lists()
        for text in (texts[0], *texts[1])
    )


def refusal_of(error: DatabaseError) -> Refused | None:
    """The sentence of one of our own database refusals; None for any other database error."""
    cause = error.__cause__
    code = getattr(cause, "sqlstate", None) or ""
    diag = getattr(cause, "diag", None)
    if code.startswith(OWN_REFUSALS) and diag is not None:
        return Conflict(str(diag.message_primary), code=f"database_{code.lower()}")
    if code == "40001" or code == "40P01":
        return Conflict("同一条记录正被他人修改,您的操作没有保存。请刷新后再试一次。", code="concurrent")
    if code == "42501":
        return NotAllowed("这条记录不在您的管辖范围内,没有保存。如确需办理,请联系上级服务站。")
    return None


def _as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The API answers every error as problem+json, those of the framework too (wrong method, missing CSRF token)."""
    if not request.path.startswith("/api/") or response.status_code < 400 or is_problem(response):
        return response
    sentences = {
        403: "请求没有通过防伪校验,请刷新后重试。",
        404: "没有这个接口,请检查地址。",
        405: "这个接口不支持这种请求方法。",
    }
    refusal = Refused(
        sentences.get(response.status_code, "请求不能识别,请检查内容。"), code=f"http_{response.status_code}"
    )
    refusal.http_code = response.status_code
    return answer(request, refusal)


def _become(request: Any, origin: Origin) -> Actor:
    """Who the request is: by the bearer token of a phone when it has one, else by the browser's cookie; never by both."""
    token, bearer = request.COOKIES.get(COOKIE, ""), token_in(request) if request.path.startswith("/api/") else ""
    request.is_bearer = bool(bearer)
    request.session_open, request.expired_name, request.request_id = None, "", origin.request_id
    request.actor = anonymous(origin)
    if bearer:
        opened = open_bearer(bearer, request, origin=origin)
        if opened is not None:
            request.actor, request.session_open = opened.actor, opened.session
    elif token:
        found = open_session(token, origin=origin)
        if isinstance(found, OpenSession):
            request.session_open, request.actor = found, found.actor
        elif isinstance(found, str):
            request.expired_name = found
    actor: Actor = request.actor
    return actor


def _origin(request: HttpRequest) -> Origin:
    return Origin(
        address=str(_address(request))[:45],
        request_id=new_id().hex[:20],
        agent=request.headers.get("User-Agent", "")[:200],
    )


def _address(request: HttpRequest) -> object:
    """The caller's address; behind the installation's own proxy, which alone sets the header, the one that it names."""
    direct = request.META.get("REMOTE_ADDR", "")
    return request.headers.get("X-Real-IP", direct) if settings.SECURE_COOKIES else direct


def _to_sign_in(request: Any) -> HttpResponseBase:
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"title": "请先登录。", "code": "signed_out", "status": 401},
            status=401,
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
    if request.expired_name:
        messages.warning(request, "您已较长时间没有操作,为安全起见请重新登录。")
    target = "/sign-in?" + urlencode({"next": request.get_full_path() if request.method == "GET" else "/"})
    if request.headers.get("HX-Request"):
        return HttpResponse(status=200, headers={"HX-Redirect": target})
    return redirect(target)


def _to_completion(request: Any) -> HttpResponseBase:
    session: OpenSession = request.session_open
    target = "/account/password" if session.must_change_password else "/account/second-factor"
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"title": "请先在网页上完成登录。", "code": "sign_in_incomplete", "status": 403},
            status=403,
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
    return redirect(target)
