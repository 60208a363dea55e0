"""Console pages of notices: my messages, and the send log."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.core.clock import today
from vetgrid.core.errors import NotFound
from vetgrid.core.guard import guarded, signed_in
from vetgrid.core.paging import page_of
from vetgrid.notices import actions, queries
from vetgrid.notices.forms import StoryForm
from vetgrid.notices.models import Notice
from vetgrid.notices.permissions import NoticesPermission
from vetgrid.orgs.names import names_of
from vetgrid.web.answering import form_page

_OWN = "everyone reads the messages addressed to them"


@signed_in(_OWN)
def mine(request: Any) -> HttpResponse:
    page = page_of(queries.mine(seen_by=request.actor), number=request.GET.get("page"))
    context = {"page": page, "unread": queries.unread(seen_by=request.actor)}
    return render(request, "notices/mine.html", context)


@signed_in(_OWN)
def open_one(request: Any, notice_id: UUID) -> HttpResponse:
    """Marks the message read and leads to what it is about."""
    notice = queries.mine(seen_by=request.actor).filter(pk=notice_id).first()
    if notice is None:
        raise NotFound("没有找到这条消息。请返回消息列表。")
    if request.method == "POST":
        actions.mark_read(by=request.actor, notice_id=notice_id)
    return redirect(notice.url or "/messages")


@signed_in(_OWN)
@require_POST
def read_all(request: Any) -> HttpResponse:
    count = actions.mark_read(by=request.actor)
    messages.success(request, f"已将{count}条消息标为已读。")
    return redirect("/messages")


@guarded(NoticesPermission.READ)
def log(request: Any) -> HttpResponse:
    state, channel = request.GET.get("state", ""), request.GET.get("channel", "")
    rows = queries.log(state=state, channel=channel, seen_by=request.actor)
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    context = {
        "page": page,
        "state": state,
        "channel": channel,
        "states": Notice.State.choices,
        "channels": Notice.Channel.choices,
        "names": names_of(row.division for row in page.rows),
        "may_retry": request.actor.may(NoticesPermission.RETRY),
    }
    return render(request, "notices/log.html", context)


@guarded(NoticesPermission.RETRY)
@require_POST
def retry(request: Any, notice_id: UUID) -> HttpResponse:
    actions.retry(notice_id=notice_id, by=request.actor, today=today())
    messages.success(request, "已重新排队发送。")
    return redirect("/messages/log")


@guarded(NoticesPermission.PUBLISH)
def stories(request: Any) -> HttpResponse:
    page = page_of(queries.every_story(seen_by=request.actor), number=request.GET.get("page"))
    return render(request, "notices/stories.html", {"page": page})


@guarded(NoticesPermission.PUBLISH)
@require_http_methods(["GET", "POST"])
def new_story(request: Any) -> HttpResponse:
    def act(data: dict[str, Any]) -> None:
        division = request.actor.places(NoticesPermission.PUBLISH).low
        actions.publish(actions.StoryText(**data), division=division, by=request.actor, today=today())

    form = StoryForm(request.POST or None, initial={"published_on": today()})
    return form_page(request, form, title="发布文章", back="/stories", act=act, done="已发布。", button="发布")


@guarded(NoticesPermission.PUBLISH)
@require_http_methods(["GET", "POST"])
def edit_story(request: Any, story_id: UUID) -> HttpResponse:
    row = queries.story(story_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        text = actions.StoryText(**data)
        actions.publish(text, division=row.division, by=request.actor, today=today(), story_id=row.id)

    form = StoryForm(request.POST or None, initial={name: getattr(row, name) for name in StoryForm.base_fields})
    return form_page(request, form, title=f"修改 · {row.title}", back="/stories", act=act, done="已保存。")


@guarded(NoticesPermission.PUBLISH)
@require_POST
def withdraw_story(request: Any, story_id: UUID) -> HttpResponse:
    actions.withdraw_story(story_id=story_id, by=request.actor, today=today())
    messages.success(request, "已撤下,小程序里不再显示。")
    return redirect("/stories")
