"""API: sign in with WeChat or a code by text message, see and end one's sessions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Field

from vetgrid.citizens import actions, queries
from vetgrid.citizens.actions.signing_in import SignInResult
from vetgrid.citizens.api.routers import citizen
from vetgrid.core.api import AsCitizen
from vetgrid.core.clock import today
from vetgrid.core.errors import NotAllowed
from vetgrid.core.schema import Schema
from vetgrid.web.refusals import answer

OPEN = AsCitizen(is_bound=False, has_agreed=False)


class WechatIn(Schema):
    """`privacy_version`: the guide that was read and agreed to; without it the account must agree before anything else."""

    code: str = Field(max_length=200)
    privacy_version: str = Field("", max_length=20)


class PhoneIn(Schema):
    """A number is only taken from somebody who has agreed to the guide in force."""

    phone: str = Field(max_length=20)
    privacy_version: str = Field(max_length=20)


class CodeIn(PhoneIn):
    code: str = Field(max_length=10)


class SignedIn(Schema):
    token: str
    is_bound: bool


class CodeSent(Schema):
    """`demo_code` only where no message leaves the house: in the demo."""

    sent: bool = True
    minutes: int
    demo_code: str | None = None


class SessionOut(Schema):
    id: UUID
    way: str
    started_at: datetime
    last_seen_at: datetime
    address: str
    agent: str
    is_current: bool


def _answer(request: Any, result: SignInResult, code: str) -> dict[str, Any] | HttpResponse:
    """A failure is an answer, never an exception: it must stay counted."""
    if result.token:
        return {"token": result.token, "is_bound": result.is_bound}
    refusal = NotAllowed(result.sentence, code=code)
    refusal.http_code = 401
    return answer(request, refusal)


@citizen.post("/citizen/sign-in/wechat", response=SignedIn, auth=None, operation_id="citizenSignInWechat")
def with_wechat(request: Any, body: WechatIn) -> dict[str, Any] | HttpResponse:
    return _answer(request, actions.sign_in_with_wechat(**body.dict(), by=request.actor), "wechat_failed")


@citizen.post("/citizen/sign-in/sms", response={202: CodeSent}, auth=None, operation_id="citizenSendCode")
def send_code(request: Any, body: PhoneIn) -> tuple[int, dict[str, Any]]:
    code = actions.send_code(**body.dict(), by=request.actor, today=today())
    return 202, {"minutes": 5, "demo_code": code or None}


@citizen.post("/citizen/sign-in/sms/verify", response=SignedIn, auth=None, operation_id="citizenVerifyCode")
def verify(request: Any, body: CodeIn) -> dict[str, Any] | HttpResponse:
    return _answer(request, actions.sign_in_with_code(**body.dict(), by=request.actor), "wrong_code")


@citizen.get("/citizen/sessions", response=list[SessionOut], auth=OPEN, operation_id="citizenSessions")
def sessions(request: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": row.id,
            "way": "短信" if row.way == "sms" else "微信",
            "started_at": row.started_at,
            "last_seen_at": row.last_seen_at,
            "address": row.address,
            "agent": row.agent,
            "is_current": row.id == request.actor.session_id,
        }
        for row in queries.my_sessions(seen_by=request.actor)
    ]


@citizen.delete(
    "/citizen/sessions/{uuid:session_id}", response={204: None}, auth=OPEN, operation_id="citizenEndSession"
)
def end_session(request: Any, session_id: UUID) -> tuple[int, None]:
    actions.end_session(session_id=session_id, by=request.actor)
    return 204, None


@citizen.post("/citizen/sign-out", response={204: None}, auth=OPEN, operation_id="citizenSignOut")
def sign_out(request: Any) -> tuple[int, None]:
    actions.end_session(session_id=request.actor.session_id, by=request.actor)
    return 204, None
