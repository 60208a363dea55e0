"""Console pages of accounts: one query or one action, then render."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.accounts import actions, queries
from vetgrid.accounts.forms import CodeForm, GrantForm, PasswordForm, SignInForm, UserFilterForm, UserForm
from vetgrid.accounts.labels import PERMISSION_LABELS
from vetgrid.accounts.permissions import AccountsPermission
from vetgrid.accounts.roles import roles
from vetgrid.accounts.sessions import COOKIE
from vetgrid.core.clock import today
from vetgrid.core.errors import Refused
from vetgrid.core.guard import guarded, public, signed_in
from vetgrid.core.paging import page_of
from vetgrid.core.permission import every_permission
from vetgrid.core.places import LEVEL_LABELS
from vetgrid.core.qr import svg
from vetgrid.orgs.names import names_of

_ANY = (AccountsPermission.READ, AccountsPermission.MANAGE, AccountsPermission.GRANT)


def before_complete(view: Any) -> Any:
    """Reachable while the password or the second factor is still owed."""
    view.before_complete = True
    return view


def _with_cookie(response: HttpResponse, token: str) -> HttpResponse:
    """Lax, not Strict: a link in an e-mail to a page here should find the person signed in; every change needs a CSRF token."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=settings.SECURE_COOKIES)
    return response


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or "/"
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith("/") else "/"


@public("the way in")
@require_http_methods(["GET", "POST"])
def sign_in(request: Any) -> HttpResponse:
    if request.method == "GET" and request.session_open is not None:
        return redirect("/")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        result = actions.sign_in(**form.cleaned_data, origin=request.actor.origin)
        if result.token:
            return _with_cookie(redirect(_next(request)), result.token)
        form.add_error(None, result.sentence)
    return render(
        request, "accounts/sign_in.html", {"form": form, "next": _next(request)}, status=422 if form.errors else 200
    )


@before_complete
@signed_in("everyone may leave")
@require_POST
def sign_out(request: Any) -> HttpResponse:
    actions.sign_out(session=request.session_open)
    response = redirect("/sign-in")
    response.delete_cookie(COOKIE)
    return response


@before_complete
@signed_in("one's own password")
@require_http_methods(["GET", "POST"])
def password(request: Any) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_password(old=form.cleaned_data["old"], new=form.cleaned_data["new"], by=request.actor)
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, "密码已修改。")
            return redirect("/account" if request.session_open.is_complete else "/")
    context = {"form": form, "is_forced": request.session_open.must_change_password}
    return render(request, "accounts/password.html", context, status=422 if form.errors else 200)


@before_complete
@signed_in("one's own second factor")
@require_http_methods(["GET", "POST"])
def second_factor(request: Any) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        token = actions.pass_second_factor(code=form.cleaned_data["code"], session=request.session_open)
        if token:
            return _with_cookie(redirect("/"), token)
        form.add_error("code", "口令不对或已用过。请等手机上换到下一个口令再试,并确认手机时间准确。")
    context: dict[str, Any] = {"form": form}
    if not request.session_open.has_totp:
        address = actions.begin_second_factor(by=request.actor)
        context |= {
            "qr": svg(address, title="动态口令绑定二维码"),
            "secret": address.partition("secret=")[2].partition("&")[0],
        }
    return render(request, "accounts/second_factor.html", context, status=422 if form.errors else 200)


@signed_in("one's own account")
def account(request: Any) -> HttpResponse:
    held = request.session_open.held
    return render(
        request,
        "accounts/account.html",
        {
            "session": request.session_open,
            "held": held,
            "names": names_of(entry.division for entry in held),
            "sessions": queries.my_sessions(seen_by=request.actor)[:20],
        },
    )


@signed_in("one's own session, or checked by the action")
@require_POST
def end_session(request: Any, session_id: UUID) -> HttpResponse:
    actions.end_session(session_id=session_id, by=request.actor)
    messages.success(request, "会话已结束。")
    return redirect(request.headers.get("Referer") or "/account")


@guarded(AccountsPermission.READ, AccountsPermission.MANAGE)
def users(request: Any) -> HttpResponse:
    form = UserFilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"text": "", "state": ""}
    page = page_of(
        queries.users(text=asked["text"], state=asked["state"], seen_by=request.actor), number=request.GET.get("page")
    )
    context = {
        "form": form,
        "page": page,
        "names": names_of(user.division for user in page.rows),
        "now": timezone.now(),
    }
    return render(request, "accounts/users.html", context)


@guarded(AccountsPermission.MANAGE)
@require_http_methods(["GET", "POST"])
def new_user(request: Any) -> HttpResponse:
    form = UserForm(request.POST or None, seen_by=request.actor)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user, first = actions.create_user(
                username=data["username"],
                name=data["name"],
                division=int(data["division"]),
                staff_id=None,
                by=request.actor,
            )
        except Refused as error:
            form.refuse(error)
        else:
            return render(request, "accounts/first_password.html", {"user": user, "password": first})
    return render(request, "accounts/new_user.html", {"form": form}, status=422 if form.errors else 200)


@guarded(*_ANY)
def user(request: Any, user_id: UUID) -> HttpResponse:
    return _user_page(request, user_id, GrantForm(seen_by=request.actor, initial={"from_on": today()}))


def _user_page(request: Any, user_id: UUID, form: GrantForm, *, status: int = 200) -> HttpResponse:
    found = queries.user(user_id, seen_by=request.actor)
    grants = list(found.grants.order_by("revoked_at", "-from_on"))
    return render(
        request,
        "accounts/user.html",
        {
            "user": found,
            "grants": [(grant, roles()[grant.role].label if grant.role in roles() else grant.role) for grant in grants],
            "names": names_of([found.division, *(grant.division for grant in grants)]),
            "sessions": queries.sessions_of(user_id, seen_by=request.actor)[:10],
            "form": form,
            "may_manage": request.actor.may(AccountsPermission.MANAGE, at=found.division),
            "may_grant": request.actor.may(AccountsPermission.GRANT, at=found.division),
            "is_locked": found.locked_until is not None and found.locked_until > timezone.now(),
        },
        status=status,
    )


@guarded(*_ANY)
@require_POST
def change_user(request: Any, user_id: UUID, verb: str) -> HttpResponse:
    by = request.actor
    if verb == "reset-password":
        first = actions.reset_password(user_id=user_id, by=by)
        return render(
            request, "accounts/first_password.html", {"user": queries.user(user_id, seen_by=by), "password": first}
        )
    done: dict[str, tuple[str, Callable[[], None]]] = {
        "disable": ("账号已停用。", lambda: actions.set_active(user_id=user_id, is_active=False, by=by)),
        "enable": ("账号已启用。", lambda: actions.set_active(user_id=user_id, is_active=True, by=by)),
        "unlock": ("账号已解锁。", lambda: actions.unlock(user_id=user_id, by=by)),
        "reset-second-factor": (
            "动态口令已重置,下次登录时重新绑定。",
            lambda: actions.reset_second_factor(user_id=user_id, by=by),
        ),
    }
    sentence, act = done[verb]
    act()
    messages.success(request, sentence)
    return redirect(f"/users/{user_id}")


@guarded(AccountsPermission.GRANT)
@require_POST
def grant(request: Any, user_id: UUID) -> HttpResponse:
    form = GrantForm(request.POST, seen_by=request.actor)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.grant_role(
                user_id=user_id, **(data | {"division": int(data["division"])}), by=request.actor, today=today()
            )
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, "已授予角色。")
            return redirect(f"/users/{user_id}")
    return _user_page(request, user_id, form, status=422)


@guarded(AccountsPermission.GRANT)
@require_POST
def revoke(request: Any, grant_id: UUID) -> HttpResponse:
    found = actions.revoke_role(grant_id=grant_id, by=request.actor)
    messages.success(request, "角色已收回。")
    return redirect(f"/users/{found.user_id}")


@guarded(AccountsPermission.GRANT)
def grants(request: Any) -> HttpResponse:
    page = page_of(queries.grants(seen_by=request.actor, today=today()), number=request.GET.get("page"))
    rows = [
        (row, roles()[row.role].label if row.role in roles() else row.role, queries.ends_soon(row, today=today()))
        for row in page.rows
    ]
    return render(
        request,
        "accounts/grants.html",
        {"page": page, "rows": rows, "names": names_of(row.division for row in page.rows)},
    )


@guarded(*_ANY)
def role_matrix(request: Any) -> HttpResponse:
    lines = [
        (PERMISSION_LABELS[name], [name in role.permissions for role in roles().values()])
        for name in every_permission()
    ]
    levels = [(role, "、".join(LEVEL_LABELS[level] for level in sorted(role.levels))) for role in roles().values()]
    return render(request, "accounts/roles.html", {"roles": levels, "lines": lines})
