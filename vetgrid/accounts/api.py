"""API of accounts for work in the field: a clerk or contact signs in on a phone and gets a bearer token."""

from typing import Any

from django.http import HttpResponse
from ninja import Field

from vetgrid.accounts import actions
from vetgrid.accounts.sessions import PHONE, OpenSession, open_session
from vetgrid.core.actor import Actor, Origin
from vetgrid.core.api import Doors, InField
from vetgrid.core.errors import NotAllowed
from vetgrid.core.permission import every_permission
from vetgrid.core.schema import Schema
from vetgrid.core.scope import acting
from vetgrid.web.refusals import answer

field = Doors(tags=["field"])


class FieldSignIn(Schema):
    username: str = Field(max_length=40)
    password: str = Field(max_length=200)
    code: str = Field("", max_length=10)
    """The one-time code, for roles that need a second factor."""


class TokenOut(Schema):
    token: str


class FieldMe(Schema):
    name: str
    roles: list[str]


@field.post("/field/sign-in", response=TokenOut, auth=None, operation_id="fieldSignIn")
def sign_in(request: Any, body: FieldSignIn) -> dict[str, str] | HttpResponse:
    origin: Origin = request.actor.origin
    result = actions.sign_in(username=body.username, password=body.password, origin=origin)
    if not result.token:
        return _refused(request, result.sentence, "wrong_password")
    session = open_session(result.token, origin=origin, is_on_phone=True)
    assert isinstance(session, OpenSession), "it was opened a moment ago"
    if session.must_change_password:
        return _undone(request, session, "请先在电脑上登录一次并修改密码,再在手机上登录。", "password_change_needed")
    token = result.token
    if not session.is_complete:
        if not session.has_totp:
            return _undone(request, session, "您的角色需要动态口令。请先在电脑上登录并绑定。", "second_factor_needed")
        with acting(session.actor):
            token = actions.pass_second_factor(code=body.code, session=session)
        if not token:
            return _undone(request, session, "请输入手机上当前的动态口令。", "second_factor_needed")
    return {"token": f"{PHONE}.{token}"}


def _undone(request: Any, session: OpenSession, sentence: str, code: str) -> HttpResponse:
    """The session that the password opened does not stay open without the rest."""
    with acting(Actor(id=session.actor.id, name=session.actor.name, origin=session.actor.origin)):
        actions.sign_out(session=session)
    return _refused(request, sentence, code)


def _refused(request: Any, sentence: str, code: str) -> HttpResponse:
    """An answer that undoes nothing: the failure must stay counted."""
    refusal = NotAllowed(sentence, code=code)
    refusal.http_code = 401
    return answer(request, refusal)


@field.get("/field/me", response=FieldMe, auth=InField(*every_permission().values()), operation_id="fieldMe")
def me(request: Any) -> dict[str, Any]:
    actor: Actor = request.actor
    return {"name": actor.name, "roles": [held.label for held in actor.held]}


@field.post(
    "/field/sign-out", response={204: None}, auth=InField(*every_permission().values()), operation_id="fieldSignOut"
)
def sign_out(request: Any) -> tuple[int, None]:
    actions.sign_out(session=request.session_open)
    return 204, None
