"""Pages of runs: the list, one run in four tabs, its moves, and drafting a reissue."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from vetgrid.core.clock import today
from vetgrid.core.errors import NotAllowed
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.places import Level, level_of
from vetgrid.orgs.names import names_of
from vetgrid.payments import actions, forms, gate, tasks
from vetgrid.payments.actions.working import STEPS, ask_for, is_large
from vetgrid.payments.models import PayLine, PayRun
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.queries import jobs as working
from vetgrid.payments.queries import running as queries
from vetgrid.payments.states import JOB, RUN
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.web.answering import form_page
from vetgrid.web.forms import Form
from vetgrid.work.queries import names_of_staff, subject_items

READ, PREPARE = PaymentsPermission.READ, PaymentsPermission.PREPARE
TABS = (("", "概览"), ("findings", "核查发现"), ("lines", "发放明细"), ("files", "银行文件与回盘"))
_STEPS = ("draft", "gated", "reviewed", "approved", "released", "settled", "closed")


@guarded(READ)
def runs(request: Any) -> HttpResponse:
    asked = _asked(request)
    page = page_of(
        queries.runs(asked, seen_by=request.actor), number=request.GET.get("page"), size=request.GET.get("size")
    )
    context = {
        "page": page,
        "asked": asked,
        "states": RUN.states,
        "labels": dict(RUN.states),
        "names": names_of(row.division for row in page.rows),
        "may_prepare": request.actor.may(PREPARE),
        "jobs": [(job, dict(JOB.states)[job.state]) for job in working.open_jobs(seen_by=request.actor)],
    }
    return render(request, "payments/runs.html", context)


def _asked(request: Any) -> queries.RunFilter:
    get = request.GET.get
    year = get("year", "")
    return queries.RunFilter(
        state=get("state", "") if get("state", "") in dict(RUN.states) else "",
        text=get("text", "").strip()[:40],
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 and int(year) > 0 else None,
        is_open=get("open") == "1",
        ids=tuple(queries.waiting_for(seen_by=request.actor, today=today())) if get("waiting") == "1" else None,
    )


@guarded(READ)
def run(request: Any, run_id: UUID) -> HttpResponse:
    """One run. While a step runs in the worker, only the progress card asks again."""
    found = queries.run(run_id, seen_by=request.actor)
    if request.headers.get("HX-Request"):
        response = render(request, "payments/run_progress.html", {"run": found, "pending": _pending(found)})
        if not found.pending:
            response["HX-Redirect"] = f"/payments/runs/{run_id}"
        return response
    tab = request.GET.get("tab", "")
    tab = tab if tab in dict(TABS) else ""
    parts = {"": _overview, "findings": _findings, "lines": _lines, "files": _files}
    return render(request, "payments/run.html", _head(request, found, tab) | parts[tab](request, found))


def _pending(found: PayRun) -> str:
    return RUN.move(found.pending).label if found.pending else ""


def _head(request: Any, found: PayRun, tab: str) -> dict[str, Any]:
    whole = queries.whole(found, seen_by=request.actor)
    items = subject_items(found.id)
    reached = _STEPS.index(found.state) if found.state in _STEPS else 4
    return {
        "run": found,
        "tab": tab,
        "tabs": TABS,
        "state": RUN.label(found.state),
        "pending": _pending(found),
        "moves": queries.moves_for(found, seen_by=request.actor),
        "whole": whole,
        "waiting": sum(line[3] for line in whole.findings),
        "items": items,
        "staff": names_of_staff({item.owner_id for item in items}),
        "place": names_of([found.division]).get(found.division, ""),
        "path": [(RUN.label(key), at < reached, at == reached) for at, key in enumerate(_STEPS)],
        "outcomes": [
            (label, key, *whole.outcomes[key]) for key, label in PayLine.Outcome.choices if key in whole.outcomes
        ],
    }


def _overview(request: Any, found: PayRun) -> dict[str, Any]:
    towns = queries.towns_of(found)
    names = names_of(town for town, _, _ in towns)
    return {
        "by_town": [(names.get(town, str(town)), town, count, fen) for town, count, fen in towns],
        "funding": queries.funding_of(found, today=today()),
        "labels": dict(PayRun.Kind.choices),
        "move_labels": {move.key: move.label for move in RUN.moves}
        | {"draft": "编制", "hold": "暂缓", "sign_off": "签署", "rekey": "更换密钥"},
    }


def _findings(request: Any, found: PayRun) -> dict[str, Any]:
    check, is_all = request.GET.get("check", ""), request.GET.get("all") == "1"
    rows = queries.findings(found, seen_by=request.actor, check_key=check, is_open=not is_all)
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    is_here = found.state == "gated" and not found.pending
    return {
        "page": page,
        "check": check,
        "is_all": is_all,
        "rows": [(row, gate.label_of(row.check_key), gate.may_sign_off(row.check_key)) for row in page.rows],
        "may_sign": is_here
        and request.actor.may(PaymentsPermission.REVIEW, at=found.division)
        and request.actor.id != found.made_by,
        "may_hold": is_here and _may_hold(request, found),
    }


def _may_hold(request: Any, found: PayRun) -> bool:
    return any(request.actor.may(one, at=found.division) for one in (PREPARE, PaymentsPermission.REVIEW))


def _lines(request: Any, found: PayRun) -> dict[str, Any]:
    outcome, text = request.GET.get("outcome", ""), request.GET.get("text", "").strip()[:30]
    town = request.GET.get("town", "")
    code = int(town) if town.isascii() and town.isdigit() and len(town) == 12 else None
    if code is not None and level_of(code) != Level.TOWN:
        code = None
    rows = queries.lines(found, seen_by=request.actor, show=outcome, text=text, town=code)
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    towns = queries.towns_of(found)
    names = names_of({row.division for row in page.rows} | {one for one, _, _ in towns})
    return {
        "page": page,
        "outcome": outcome,
        "text": text,
        "town": code,
        "towns": [(one, names.get(one, str(one))) for one, _, _ in towns],
        "choices": PayLine.Outcome.choices,
        "names": names,
        "is_clear": request.actor.may(RegistryPermission.SEE_BANK, at=found.division),
        "may_hold": found.state in ("draft", "gated") and not found.pending and _may_hold(request, found),
    }


def _files(request: Any, found: PayRun) -> dict[str, Any]:
    may_release = request.actor.may(PaymentsPermission.RELEASE, at=found.division)
    return {
        "may_fetch": may_release or request.actor.may(PaymentsPermission.RECONCILE, at=found.division),
        "form": forms.FormatForm() if may_release and found.released_on and found.kind != "history" else None,
    }


Act = Callable[..., object]


@dataclass(frozen=True)
class _Door:
    """The form of a move and the action that takes its fields."""

    form: type[Form]
    act: Act
    names: tuple[str, ...] = ()


DOORS = {
    "gate": _Door(forms.NothingForm, actions.run_gate),
    "review": _Door(forms.NoteForm, actions.review, ("note",)),
    "approve": _Door(forms.NoteForm, actions.approve, ("note",)),
    "send_back": _Door(forms.ReasonForm, actions.send_back, ("reason",)),
    "release": _Door(forms.ReleaseForm, actions.release, ("format_key",)),
    "take_return": _Door(forms.ReturnForm, actions.ask_to_take_return, ("format_key",)),
    "close": _Door(forms.NoteForm, actions.close, ("note",)),
    "cancel": _Door(forms.ReasonForm, actions.cancel, ("reason",)),
}


@guarded(
    PREPARE,
    PaymentsPermission.REVIEW,
    PaymentsPermission.APPROVE,
    PaymentsPermission.RELEASE,
    PaymentsPermission.RECONCILE,
)
@require_http_methods(["GET", "POST"])
def move(request: Any, run_id: UUID, move_key: str) -> HttpResponse:
    """One move of a run; gate and release of a large run are done by the worker."""
    found = queries.run(run_id, seen_by=request.actor)
    entry = RUN.move(move_key)
    if move_key not in DOORS:
        raise NotAllowed("这一步由系统自动办理。")
    door = DOORS[move_key]
    version = request.GET.get("version", "")
    asked = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None
    form = door.form(request.POST or None, request.FILES or None) if request.method == "POST" else door.form()
    if request.method == "POST" and not form.is_bound:
        form = door.form({}, {})
    is_queued = move_key in STEPS and is_large(found, today=today())
    is_behind = is_queued or move_key == "take_return"

    def act(data: dict[str, Any]) -> str | None:
        common = {"run_id": found.id, "by": request.actor, "today": today(), "version": asked}
        values = {name: data[name] for name in door.names}
        if is_queued:
            ask_for(move=move_key, **values, **common)
            tasks.queue(found.id)
            return None
        if "file" in data:
            values |= {"body": data["file"].read(), "name": data["file"].name or "回盘文件"}
            job = actions.ask_to_take_return(**values, **common)
            tasks.queue_job(job.id)
            return f"/payments/jobs/{job.id}"
        door.act(**values, **common)
        return None

    return form_page(
        request,
        form,
        title=f"{entry.label} · {found.number}",
        back=f"/payments/runs/{found.id}",
        act=act,
        done=f"已交后台办理“{entry.label}”。" if is_behind else f"已办理“{entry.label}”。",
        button=entry.label,
        context={"note": entry.note},
    )


@guarded(PREPARE)
@require_http_methods(["GET", "POST"])
def reissue(request: Any) -> HttpResponse:
    """A run over what the ledger still owes."""
    form = forms.ReissueForm(request.POST or None, initial={"month": today(), "label": "退回款重新发放"})
    places = request.actor.places(PREPARE)

    def act(data: dict[str, Any]) -> str:
        asked = {"division": places.low, "month": data["month"], "label": data["label"]}
        job = actions.ask_for_draft(kind="reissue", **asked, by=request.actor, today=today())
        tasks.queue_job(job.id)
        return f"/payments/jobs/{job.id}"

    return form_page(
        request,
        form,
        title="编制重发批次",
        back="/payments",
        act=act,
        done="已交后台编制。",
        button="编制",
        context={"note": "台账上仍欠付、又不在其他未放行批次里的款项,全部列入。请先在人员档案里更正账户。"},
    )


def answered(request: Any, sentence: str, run_id: UUID, tab: str = "") -> HttpResponse:
    """Back to the run with a word of what was done."""
    messages.success(request, sentence)
    return redirect(f"/payments/runs/{run_id}" + (f"?tab={tab}" if tab else ""))
