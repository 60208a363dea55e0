"""Guards and doors of the API: who may call an endpoint, how often, and what is done once however often it is called."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest
from ninja import Router
from ninja.decorators import decorate_view
from ninja.security import APIKeyCookie, HttpBearer

from vetgrid.core import acts
from vetgrid.core.actor import NOBODY_ID, Citizen
from vetgrid.core.errors import Invalid, NotAllowed
from vetgrid.core.once import HEADER, once
from vetgrid.core.permission import Permission
from vetgrid.core.rate import hit

Function = TypeVar("Function", bound=Callable[..., Any])


class Holding(APIKeyCookie):
    """Lets in whoever is signed in and holds one of the permissions; unsafe methods need the CSRF token."""

    param_name = "vetgrid"

    def __init__(self, *permissions: Permission) -> None:
        self.permissions = permissions
        super().__init__(csrf=True)

    def authenticate(self, request: Any, key: str | None) -> Any:
        session = request.session_open
        if session is None or request.is_bearer:
            return None
        if not session.is_complete or not any(request.actor.may(permission) for permission in self.permissions):
            raise NotAllowed("您的角色没有使用这个接口的权限。")
        return request.actor


class Nobody(APIKeyCookie):
    """The default of the whole API: an endpoint that names no permission opens to nobody."""

    param_name = "vetgrid"

    def authenticate(self, request: HttpRequest, key: str | None) -> None:
        raise NotAllowed("这个接口没有登记访问权限。")


class AsCitizen(HttpBearer):
    """Lets in a citizen: by default one whose account is bound to a file and who has agreed to the privacy guide."""

    def __init__(self, *, is_bound: bool = True, has_agreed: bool = True) -> None:
        self.is_bound = is_bound
        self.has_agreed = has_agreed
        super().__init__()

    def authenticate(self, request: Any, token: str) -> Any:
        actor = request.actor
        if not isinstance(actor, Citizen):
            return None
        if self.has_agreed and not actor.has_agreed:
            raise NotAllowed("请先阅读并同意隐私保护指引,再使用本服务。", code="privacy_not_agreed")
        if self.is_bound and actor.person_id is None:
            raise NotAllowed("请先绑定您的档案,再办理此事。", code="not_bound")
        return actor


class InField(HttpBearer):
    """Lets in a clerk or contact who signed in on a phone and holds one of the permissions somewhere."""

    def __init__(self, *permissions: Permission) -> None:
        self.permissions = permissions
        super().__init__()

    def authenticate(self, request: Any, token: str) -> Any:
        session = request.session_open
        if session is None or not request.is_bearer:
            return None
        if not session.is_complete or not any(request.actor.may(permission) for permission in self.permissions):
            raise NotAllowed("您的角色没有使用这项外勤功能的权限。请联系安全管理员授权。")
        return request.actor


class Doors(Router):
    """A router of the mini-program: every call is counted, every write carries a key and is done once."""

    def add_api_operation(self, path: str, methods: list[str], view_func: Callable[..., Any], **options: Any) -> None:
        if methods != ["GET"] and options.get("auth") is not None:
            key = {"in": "header", "name": HEADER, "required": True, "schema": {"type": "string", "format": "uuid"}}
            options["openapi_extra"] = {"parameters": [key]} | (options.get("openapi_extra") or {})
            decorate_view(once)(view_func)
        decorate_view(_counted)(view_func)
        super().add_api_operation(path, methods, view_func, **options)


def _counted(run: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(run)
    def inner(request: Any, **values: Any) -> Any:
        is_open = request.actor.id == NOBODY_ID
        hit("address", request.actor.origin.address)
        hit("open" if is_open else "token", request.actor.origin.address if is_open else str(request.actor.id))
        if not str(request.content_type).startswith("multipart/") and b"\\u0000" in request.body:
            raise Invalid("内容里有不能识别的字符,请删除后重新提交。")
        if "\x00" in request.META.get("QUERY_STRING", "") or "%00" in request.META.get("QUERY_STRING", ""):
            raise Invalid("内容里有不能识别的字符,请删除后重新提交。")
        return run(request, **values)

    return inner


def act(
    router: Router,
    method: str,
    path: str,
    *,
    key: str,
    label: str,
    response: Any,
    choices: dict[str, acts.Choices] | None = None,
    operation_id: str,
) -> Callable[[Function], Function]:
    """Declares a citizen's write `run(by, ...)`: its own door at `path`, and its name for clerks who help."""

    def declare(run: Function) -> Function:
        one = acts.Act(key, label, run, choices or {})
        acts.declare(one)

        def view(request: Any, **values: Any) -> Any:
            return acts.perform(one, request.actor, values)

        signature = inspect.signature(run)
        asked = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Any)
        others = [parameter for name, parameter in signature.parameters.items() if name != "by"]
        view.__signature__ = signature.replace(parameters=[asked, *others])  # type: ignore[attr-defined]  # read by ninja
        view.__name__, view.__doc__, view.__module__ = run.__name__, run.__doc__, run.__module__
        router.api_operation(
            [method], path, response=response, auth=AsCitizen(), operation_id=operation_id, summary=label
        )(view)
        return run

    return declare
