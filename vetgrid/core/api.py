"""Guards of API endpoints: a session cookie with CSRF protection, and a permission that the actor holds somewhere."""

from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyCookie

from vetgrid.core.errors import NotAllowed
from vetgrid.core.permission import Permission


class Holding(APIKeyCookie):
    """Lets in whoever is signed in and holds one of the permissions; unsafe methods need the CSRF token."""

    param_name = "vetgrid"

    def __init__(self, *permissions: Permission) -> None:
        self.permissions = permissions
        super().__init__(csrf=True)

    def authenticate(self, request: Any, key: str | None) -> Any:
        session = request.session_open
        if session is None:
            return None
        if not session.is_complete or not any(request.actor.may(permission) for permission in self.permissions):
            raise NotAllowed("您的角色没有使用这个接口的权限。")
        return request.actor


class Nobody(APIKeyCookie):
    """The default of the whole API: an endpoint that names no permission opens to nobody."""

    param_name = "vetgrid"

    def authenticate(self, request: HttpRequest, key: str | None) -> None:
        raise NotAllowed("这个接口没有登记访问权限。")
