"""Console pages: what a clerk does at the counter for an elder, the same acts as at the mini-program; and the panel in a file."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from vetgrid.citizens import actions, queries, rules
from vetgrid.citizens.forms import ActForm, ReplyForm
from vetgrid.citizens.models import Binding
from vetgrid.citizens.permissions import CitizensPermission
from vetgrid.core.actor import Citizen
from vetgrid.core.acts import Act, acts
from vetgrid.core.clock import today
from vetgrid.core.errors import NotFound, Refused
from vetgrid.core.guard import guarded
from vetgrid.core.scope import acting
from vetgrid.registry.queries import person
from vetgrid.web.answering import form_page

ASSIST, READ = CitizensPermission.ASSIST, CitizensPermission.READ
ELSEWHERE = {"file.correct", "campaign.draft", "campaign.submit", "benefit.apply", "card.apply", "card.photo"}
"""What has a fuller page in the console: corrections in the file, campaigns with their form, applications with papers and photographs."""


@guarded(ASSIST)
def counter(request: Any, person_id: UUID) -> HttpResponse:
    """代办: everything that the person could do at the mini-program."""
    found = person(person_id, seen_by=request.actor)
    citizen = actions.for_person(found.id, by=request.actor)
    with acting(citizen):
        shown = [act for act in acts().values() if _is_possible(act, citizen)]
        open_campaigns = queries.my_campaigns(seen_by=citizen, today=today())
    context = {
        "person": found,
        "acts": shown,
        "done": list(queries.assisted_acts(person_id=found.id, seen_by=request.actor)[:20]),
        "campaigns": open_campaigns,
    }
    return render(request, "citizens/counter.html", context)


def _is_possible(act: Act, citizen: Citizen) -> bool:
    """Whether the counter has a page for it, and the person anything to do it with; called in the person's scope."""
    return act.key not in ELSEWHERE and all(choose(citizen) for choose in act.choices.values())


@guarded(ASSIST)
@require_http_methods(["GET", "POST"])
def assist(request: Any, person_id: UUID, act_key: str) -> HttpResponse:
    found = person(person_id, seen_by=request.actor)
    act = acts().get(act_key)
    citizen = actions.for_person(found.id, by=request.actor)
    with acting(citizen):
        if act is None or not _is_possible(act, citizen):
            raise NotFound("现在没有可以这样代办的事项。请返回重新选择。")
        form = ActForm(act, citizen, request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            actions.assist(person_id=found.id, act=act.key, values=form.values(), by=request.actor, today=today())
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, f"已为{found.name}办理“{act.label}”,记为本人办理,并注明代办人。")
            return redirect(f"/people/{found.id}/assist")
    context = {
        "form": form,
        "title": f"{act.label} · {found.name}",
        "button": "代为办理",
        "back": f"/people/{found.id}/assist",
        "note": "这件事记为本人办理,并注明由您代办。",
    }
    return render(request, "web/form_page.html", context, status=422 if form.errors else 200)


@guarded(ASSIST)
@require_http_methods(["GET", "POST"])
def reply(request: Any, person_id: UUID, campaign_id: UUID) -> HttpResponse:
    """A campaign's form, filled in for the person."""
    found = person(person_id, seen_by=request.actor)
    citizen = actions.for_person(found.id, by=request.actor)
    with acting(citizen):
        campaign, before = queries.my_campaign(campaign_id, seen_by=citizen)
        initial = actions.values_of(before) if before else {}
    initial = {
        key: {True: "1", False: "0"}.get(value, value) if isinstance(value, bool) else value
        for key, value in initial.items()
    }
    form = ReplyForm(rules.questions_of(campaign.form), request.POST or None, initial=initial)

    def act(data: dict[str, Any]) -> None:
        values = {"campaign_id": campaign.id, "body": {"values": form.values()}}
        actions.assist(person_id=found.id, act="campaign.submit", values=values, by=request.actor, today=today())

    return form_page(
        request,
        form,
        title=f"{campaign.title} · {found.name}",
        back=f"/people/{found.id}/assist",
        act=act,
        done=f"已为{found.name}提交,并注明由您代填。",
        button="代为提交",
    )


@guarded(READ)
def panel(request: Any, person_id: UUID) -> HttpResponse:
    """The mini-program inside a person's file."""
    found = person(person_id, seen_by=request.actor)
    context = {
        "person": found,
        "binding": Binding.objects.filter(person=found, ended_at=None).first(),
        "authorities": list(queries.authorities(person_id=found.id, today=today(), seen_by=request.actor)),
        "may_assist": request.actor.may(ASSIST, at=found.division),
        "may_bind": request.actor.may(CitizensPermission.BIND, at=found.division),
    }
    return render(request, "citizens/panel.html", context)
