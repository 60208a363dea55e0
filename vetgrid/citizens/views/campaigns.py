"""Console pages: collection campaigns, their questions as data, results and export."""

import io
from collections import Counter
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.audit.trail import record
from vetgrid.citizens import actions, queries, rules
from vetgrid.citizens.forms import CampaignForm, blank_lines, lines_of, question_lines, questions_from
from vetgrid.citizens.models import Campaign
from vetgrid.citizens.permissions import CitizensPermission
from vetgrid.core.clock import today
from vetgrid.core.errors import NotFound, Refused
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.tabular import Column, write_csv
from vetgrid.orgs.names import names_of

READ, CAMPAIGN = CitizensPermission.READ, CitizensPermission.CAMPAIGN


@guarded(READ)
def campaigns(request: Any) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in Campaign.State.values else ""
    page = page_of(queries.campaigns(state=state, seen_by=request.actor), number=request.GET.get("page"))
    context = {
        "page": page,
        "state": state,
        "states": Campaign.State.choices,
        "may_make": request.actor.may(CAMPAIGN),
        "names": names_of({row.division for row in page.rows}),
    }
    return render(request, "citizens/campaigns.html", context)


@guarded(READ)
def campaign(request: Any, campaign_id: UUID) -> HttpResponse:
    row = queries.campaign(campaign_id, seen_by=request.actor)
    questions = rules.questions_of(row.form)
    page = page_of(queries.replies(row, seen_by=request.actor), number=request.GET.get("page"))
    context = {
        "row": row,
        "questions": questions,
        "kinds": rules.KINDS,
        "page": page,
        "names": names_of({reply.division for reply in page.rows}),
        "answers": {reply.id: _answers(questions, reply) for reply in page.rows},
        "counts": _counts(questions, queries.replies(row, seen_by=request.actor)),
        "may_make": request.actor.may(CAMPAIGN, at=row.division),
    }
    return render(request, "citizens/campaign.html", context)


def _answers(questions: list[rules.Question], reply: Any) -> list[str]:
    values = actions.values_of(reply)
    return [rules.shown(question, values.get(question.key)) for question in questions]


def _counts(questions: list[rules.Question], rows: Any) -> list[tuple[str, list[tuple[str, int]]]]:
    """How often each option was chosen, for questions with a choice."""
    asked = [question for question in questions if question.kind in ("yes", "one", "many")]
    counted: dict[str, Counter[str]] = {question.key: Counter() for question in asked}
    for reply in rows.iterator(chunk_size=1000) if asked else ():
        values = actions.values_of(reply)
        for question in asked:
            value = values.get(question.key)
            counted[question.key].update(
                str(entry) for entry in (value if isinstance(value, list) else [rules.shown(question, value)]) if entry
            )
    return [(question.label, counted[question.key].most_common()) for question in asked]


@guarded(CAMPAIGN)
@require_http_methods(["GET", "POST"])
def new(request: Any) -> HttpResponse:
    return _builder(request, None)


@guarded(CAMPAIGN)
@require_http_methods(["GET", "POST"])
def edit(request: Any, campaign_id: UUID) -> HttpResponse:
    return _builder(request, queries.campaign(campaign_id, seen_by=request.actor))


def _builder(request: Any, row: Campaign | None) -> HttpResponse:
    """The form of a form: lines of questions, which stay as typed whatever goes wrong."""
    initial = (
        {key: getattr(row, key) for key in ("title", "intro", "opens_on", "closes_on", "veterans_only")} if row else {}
    )
    form = CampaignForm(request.POST or None, initial=initial)
    is_more = request.method == "POST" and "more" in request.POST
    if request.method == "POST":
        lines = question_lines(request.POST, more=is_more)
    else:
        lines = lines_of(rules.questions_of(row.form)) if row else blank_lines()
    if request.method == "POST" and not is_more and form.is_valid():
        text = actions.CampaignText(**form.cleaned_data, questions=questions_from(lines))
        try:
            saved = _saved(request, row, text)
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, "已保存。")
            return redirect(f"/campaigns/{saved.id}")
    context = {
        "form": form,
        "row": row,
        "lines": list(enumerate(lines)),
        "kinds": rules.KINDS.items(),
        "is_fixed": row is not None and row.state != Campaign.State.DRAFT,
        "version": row.version if row else 0,
    }
    is_wrong = bool(form.errors) and not is_more
    return render(request, "citizens/builder.html", context, status=422 if is_wrong else 200)


def _saved(request: Any, row: Campaign | None, text: actions.CampaignText) -> Campaign:
    if row is None:
        division = request.actor.places(CAMPAIGN).low
        return actions.make_campaign(text, division=division, by=request.actor, today=today())
    version = request.POST.get("version", "")
    return actions.edit_campaign(
        text,
        campaign_id=row.id,
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0,
        by=request.actor,
        today=today(),
    )


@guarded(CAMPAIGN)
@require_POST
def move(request: Any, campaign_id: UUID, campaign_verb: str) -> HttpResponse:
    verbs = {"open": (actions.open_campaign, "已发布。"), "close": (actions.close_campaign, "已结束。")}
    if campaign_verb not in verbs:
        raise NotFound()
    act, done = verbs[campaign_verb]
    act(campaign_id=campaign_id, by=request.actor, today=today())
    messages.success(request, done)
    return redirect(f"/campaigns/{campaign_id}")


@guarded(READ)
def export(request: Any, campaign_id: UUID) -> HttpResponse:
    """The replies as CSV; the trail keeps who took them."""
    row = queries.campaign(campaign_id, seen_by=request.actor)
    questions = rules.questions_of(row.form)
    rows = list(queries.replies(row, seen_by=request.actor))
    names = names_of({reply.division for reply in rows})
    text = io.StringIO()
    write_csv(
        text,
        columns=[
            Column("村(社区)"),
            Column("姓名"),
            Column("提交时间"),
            *(Column(question.label) for question in questions),
        ],
        rows=(
            [
                names.get(reply.division, ""),
                reply.person.name,
                f"{reply.sent_at:%Y-%m-%d %H:%M}" if reply.sent_at else "",
                *_answers(questions, reply),
            ]
            for reply in rows
        ),
    )
    record(
        request.actor,
        "citizens.export_campaign",
        division=row.division,
        table="citizens_campaign",
        row=row.id,
        detail={"rows": len(rows)},
    )
    name = quote(f"{row.title}.csv")
    return HttpResponse(
        text.getvalue().encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )
