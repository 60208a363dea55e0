"""Lists and pages of decisions, applications, findings, confirmations, take-up and batches."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.audit.trail import record
from vetgrid.benefits import actions
from vetgrid.benefits.actions import running
from vetgrid.benefits.forms.people import DraftForm, NoteForm, PapersForm, ReasonForm, RunForm
from vetgrid.benefits.handling import automatic, deadline
from vetgrid.benefits.models import Application, Finding
from vetgrid.benefits.paying import check_month, label_of
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.printing import Receipt, pdf
from vetgrid.benefits.queries import lists as queries
from vetgrid.benefits.queries import people
from vetgrid.benefits.receipts import recompute
from vetgrid.benefits.sources import book
from vetgrid.benefits.states import APPLICATION, RUN
from vetgrid.core.actor import Actor
from vetgrid.core.clock import today
from vetgrid.core.errors import Conflict, NotAllowed, NotFound
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.places import Level, level_of
from vetgrid.core.ruling.months import first_day, label, month_on
from vetgrid.files.views import picture_of
from vetgrid.orgs.names import choices_within, names_of
from vetgrid.payments.actions import ask_for_draft
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.tasks import queue_job
from vetgrid.web.answering import form_page
from vetgrid.web.forms import Form
from vetgrid.work.queries import names_of_staff, subject_items

READ, APPLY, DECIDE = BenefitsPermission.READ, BenefitsPermission.APPLY, BenefitsPermission.DECIDE
CONFIRM, RUN_IT = BenefitsPermission.CONFIRM, BenefitsPermission.RUN


def _filter(request: Any) -> queries.Filter:
    """What the address asks; what it should not ask is left out."""
    asked = request.GET
    code = asked.get("division", "")
    programme = asked.get("programme", "")
    return queries.Filter(
        state=asked.get("state", "") if asked.get("state") in ("all", *dict(APPLICATION.states)) else "",
        kind=asked.get("kind", "") if asked.get("kind") in Finding.Kind.values else "",
        programme=programme if programme in book().programmes else "",
        division=int(code) if code.isdecimal() and len(code) == 12 else None,
        text=asked.get("text", "").replace("\0", "")[:60],
        without=automatic(on=today()) if asked.get("taken") == "1" else (),
    )


def _choices(request: Any) -> dict[str, Any]:
    """The drop-downs that all lists share."""
    return {
        "programmes": [(one.key, one.label) for one in book().programmes.values()],
        "places": choices_within(request.actor.places(READ), levels=(Level.TOWN, Level.VILLAGE)),
    }


@guarded(READ)
def decision(request: Any, decision_id: UUID) -> HttpResponse:
    row = people.decision(decision_id, seen_by=request.actor)
    receipt = Receipt.of(row)
    context = {"row": row, "receipt": receipt.content, "facts": receipt.facts, "parameters": receipt.rows}
    if "again" in request.GET:
        context["again"] = recompute(row)
    return render(request, "benefits/decision.html", context)


@guarded(READ)
def decision_file(request: Any, decision_id: UUID) -> HttpResponse:
    """The receipt as PDF, made from the stored text."""
    row = people.decision(decision_id, seen_by=request.actor)
    record(
        request.actor,
        "benefits.print",
        division=row.division,
        table="benefits_decision",
        row=row.id,
        person=row.person_id,
    )
    name = quote(f"待遇决定书{row.number}.pdf")
    return HttpResponse(
        pdf(row), content_type="application/pdf", headers={"Content-Disposition": f"inline; filename*=UTF-8''{name}"}
    )


@guarded(READ)
def applications(request: Any) -> HttpResponse:
    asked = _filter(request)
    rows = queries.applications(asked, seen_by=request.actor)
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    context = {
        "page": page,
        "rows": [(row, people.label_of(row.programme), APPLICATION.label(row.state)) for row in page.rows],
        "asked": asked,
        "states": APPLICATION.states,
        "names": names_of(row.division for row in page.rows),
    }
    return render(request, "benefits/applications.html", context | _choices(request))


@guarded(READ)
def application(request: Any, application_id: UUID) -> HttpResponse:
    row = queries.application(application_id, seen_by=request.actor)
    items = subject_items(row.id, kind="benefit_apply")
    moves = [move for move in APPLICATION.possible(row.state) if request.actor.may(move.permission, at=row.division)]
    context = {
        "row": row,
        "programme": book().programmes.get(row.programme),
        "label": people.label_of(row.programme),
        "month": label(row.from_month),
        "state": APPLICATION.label(row.state),
        "moves": moves,
        "photos": range(1, len(queries.photos_of(row)) + 1),
        "may_see_photos": _may_see_photos(request.actor, row),
        "place": names_of([row.division])[row.division],
        "item": items[0] if items else None,
        "staff": names_of_staff({item.owner_id for item in items}),
    }
    return render(request, "benefits/application.html", context)


@guarded(APPLY, DECIDE)
def application_photo(request: Any, application_id: UUID, photo_number: int) -> HttpResponse:
    """A picture that the person sent with his application, for those who check the papers or decide; the sight is in the trail."""
    row = queries.application(application_id, seen_by=request.actor)
    photos = queries.photos_of(row)
    if not 1 <= photo_number <= len(photos):
        raise NotFound("没有找到这张照片。请返回待遇申请重新打开。")
    if not _may_see_photos(request.actor, row):
        raise NotAllowed("本人上传的照片只给受理和认定的人员查看。")
    key, event = photos[photo_number - 1], "benefits.see_photo"
    return picture_of(row, key, number=photo_number, event=event, table="benefits_application", by=request.actor)


def _may_see_photos(actor: Actor, row: Application) -> bool:
    return any(actor.may(permission, at=row.division) for permission in (APPLY, DECIDE))


@guarded(APPLY, DECIDE)
@require_http_methods(["GET", "POST"])
def application_move(request: Any, application_id: UUID, application_verb: str) -> HttpResponse:
    row = queries.application(application_id, seen_by=request.actor)
    move = APPLICATION.move(application_verb)
    values = request.POST if request.method == "POST" else None
    call = {"application_id": row.id, "by": request.actor, "today": today()}
    programme = book().programmes[row.programme]
    there = [entry["paper"] for entry in row.papers if entry["is_there"]]
    doors: dict[str, tuple[Form, Any]] = {
        "papers": (
            PapersForm(values, programme=programme, initial={"papers": there}),
            lambda data: actions.tick_papers(papers=data["papers"], **call),
        ),
        "submit": (Form(values), lambda data: actions.submit(**call)),
        "grant": (NoteForm(values), lambda data: actions.grant(note=data["note"], **call)),
        "refuse": (ReasonForm(values), lambda data: actions.refuse(reason=data["reason"], **call)),
        "withdraw": (ReasonForm(values), lambda data: actions.withdraw(reason=data["reason"], **call)),
    }
    form, action = doors[application_verb]

    def act(data: dict[str, Any]) -> None:
        action(data)

    return form_page(
        request,
        form,
        title=f"{move.label} · {row.number}",
        back=f"/benefits/applications/{row.id}",
        act=act,
        done=f"已办理“{move.label}”。",
        button=move.label,
        context={"note": move.note},
    )


@guarded(READ)
def findings(request: Any) -> HttpResponse:
    asked = _filter(request)
    rows = queries.findings(asked, seen_by=request.actor)
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    counts = queries.finding_counts(asked, seen_by=request.actor)
    context = {
        "page": page,
        "rows": [
            (row, people.label_of(row.programme), label(row.soon_month or row.month), "、".join(row.papers))
            for row in page.rows
        ],
        "asked": asked,
        "kinds": [(kind, text, counts[kind]) for kind, text in Finding.Kind.choices],
        "names": names_of(row.division for row in page.rows),
    }
    return render(request, "benefits/findings.html", context | _choices(request))


@guarded(READ)
def finding(request: Any, benefit_finding_id: UUID) -> HttpResponse:
    """Where the item of a finding leads: the application that was filled in, or the person's page."""
    row = queries.finding(benefit_finding_id, seen_by=request.actor)
    application = queries.application_of(row.id, seen_by=request.actor)
    context = {
        "row": row,
        "label": people.label_of(row.programme),
        "month": label(row.soon_month or row.month),
        "papers": row.papers,
        "application": application,
        "place": names_of([row.division])[row.division],
    }
    return render(request, "benefits/finding.html", context)


@guarded(READ)
def take_up(request: Any) -> HttpResponse:
    place, below = _place(request)
    lines = queries.take_up_by_programme(seen_by=request.actor, division=place, today=today())
    places = queries.take_up_by_place(seen_by=request.actor, division=place, names=below, today=today())
    whole = queries.TakeUp("", "", sum(line.receiving for line in lines), sum(line.missing for line in lines))
    context = {
        "place": place,
        "place_name": names_of([place]).get(place, ""),
        "lines": [line for line in lines if line.receiving or line.missing],
        "below": places,
        "whole": whole,
    }
    return render(request, "benefits/take_up.html", context)


def _place(request: Any) -> tuple[int, dict[int, str]]:
    """The place that a board is about, within reach, and the places below it."""
    code = request.GET.get("division", "")
    place = int(code) if code.isdecimal() and len(code) == 12 else 0
    if not (place and request.actor.may(READ, at=place)):
        place = queries.county_of(request.actor)
    level = Level.TOWN if level_of(place) <= Level.COUNTY else Level.VILLAGE
    found = choices_within(request.actor.places(READ), levels=(level,))
    span = 10 ** (12 - level_of(place))
    return place, {int(key): name for key, name in found if int(key) // span == place // span}


@guarded(READ)
def confirmations(request: Any) -> HttpResponse:
    """The board of the yearly confirmation, and who is still to be confirmed."""
    place, below = _place(request)
    year = today().year
    asked = queries.Filter(division=place, text=_filter(request).text)
    rows = queries.to_confirm(year=year, asked=asked, seen_by=request.actor)
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    context = {
        "year": year,
        "limit": deadline(year),
        "page": page,
        "asked": asked,
        "place": place,
        "place_name": names_of([place]).get(place, ""),
        "below": queries.confirmation_board(year=year, names=below, division=place, seen_by=request.actor),
        "names": names_of(row.division for row in page.rows),
        "deaths": queries.open_deaths(seen_by=request.actor)[:20],
        "may_confirm": request.actor.may(CONFIRM),
    }
    return render(request, "benefits/confirmations.html", context)


@guarded(RUN_IT)
def runs(request: Any) -> HttpResponse:
    page = page_of(queries.batches(seen_by=request.actor), number=request.GET.get("page"), size=request.GET.get("size"))
    context = {
        "page": page,
        "rows": [(row, RUN.label(row.state)) for row in page.rows],
        "names": names_of(row.division for row in page.rows),
    }
    return render(request, "benefits/runs.html", context)


@guarded(RUN_IT)
@require_http_methods(["GET", "POST"])
def new_run(request: Any) -> HttpResponse:
    places = choices_within(request.actor.places(RUN_IT), levels=(Level.COUNTY, Level.TOWN, Level.VILLAGE))
    form = RunForm(request.POST or None, places=places, initial={"month": month_on(today())})

    def act(data: dict[str, Any]) -> str:
        row = running.start_run(
            division=int(data["division"]),
            month=data["month"],
            months=data["months"],
            by=request.actor,
            today=today(),
        )
        return f"/benefits/runs/{row.id}"

    note = (
        "逐村测算所有人:更新应享、应享未享和不应享而享的名单,汇总各项待遇的人数和金额。可以取消,以后从停下的地方继续。"
    )
    return form_page(
        request,
        form,
        title="批量测算",
        back="/benefits/runs",
        act=act,
        done="已排队,后台马上开始。",
        button="开始测算",
        context={"note": note},
    )


@guarded(RUN_IT)
def run(request: Any, benefit_run_id: UUID) -> HttpResponse:
    row = queries.batch(benefit_run_id, seen_by=request.actor)
    sums = [
        (people.label_of(programme), month, entry["people"], entry["fen"])
        for programme, months in row.results.items()
        for month, entry in sorted(months.items())
    ]
    context = {
        "row": row,
        "state": RUN.label(row.state),
        "is_busy": row.state in ("waiting", "running"),
        "sums": sums,
        "place": names_of([row.division]).get(row.division, ""),
        "moves": [move for move in RUN.possible(row.state) if move.key in ("cancel", "resume")],
    }
    template = "benefits/run_progress.html" if request.headers.get("HX-Request") else "benefits/run.html"
    response = render(request, template, context)
    if request.headers.get("HX-Request") and not context["is_busy"]:
        response["HX-Refresh"] = "true"
    return response


@guarded(RUN_IT)
@require_POST
def run_move(request: Any, benefit_run_id: UUID, run_verb: str) -> HttpResponse:
    acts = {"cancel": running.cancel_run, "resume": running.resume_run}
    if run_verb not in acts:
        raise Conflict("没有这样的办理动作。请返回批次页面重新选择。")
    acts[run_verb](run_id=benefit_run_id, by=request.actor, today=today())
    messages.success(request, "已取消。" if run_verb == "cancel" else "已排队,从停下的地方继续。")
    return redirect(f"/benefits/runs/{benefit_run_id}")


@guarded(PaymentsPermission.PREPARE)
@require_http_methods(["GET", "POST"])
def draft(request: Any) -> HttpResponse:
    """Drafts the pay run of a month from all awards of the county; the rest of its way is on the pages of payments."""
    form = DraftForm(request.POST or None, initial={"month": month_on(today())})

    def act(data: dict[str, Any]) -> str:
        low, month = request.actor.places(PaymentsPermission.PREPARE).low, data["month"]
        check_month(month, today=today())
        job = ask_for_draft(
            kind="month",
            division=low,
            month=first_day(month),
            label=label_of(month),
            by=request.actor,
            today=today(),
        )
        queue_job(job.id)
        return f"/payments/jobs/{job.id}"

    note = "按所有在享的待遇重新测算这个月和以前各月:迟到的标准自动补发,迟到的去世自动追回。编制后要经过核查、复核和审批才能放行。"
    return form_page(
        request,
        form,
        title="编制月度发放",
        back="/payments",
        act=act,
        done="已交后台编制。",
        button="编制",
        context={"note": note},
    )
