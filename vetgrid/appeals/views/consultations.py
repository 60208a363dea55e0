"""Pages of consultations: ask, look into the policy library, answer with clauses, route, raise, propose as FAQ."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.appeals.actions import consulting
from vetgrid.appeals.forms import AnswerForm, ConsultationForm, RaiseForm, StaffForm
from vetgrid.appeals.models import Consultation
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.appeals.queries import appeals as stations
from vetgrid.appeals.queries import others as queries
from vetgrid.appeals.states import CONSULTATION
from vetgrid.core.clock import today
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.orgs.names import names_of
from vetgrid.policies import queries as policies
from vetgrid.registry import queries as registry
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.web.answering import form_page
from vetgrid.work.queries import clocks_of, names_of_staff, subject_items, takers

READ, CONSULT, REGISTER = AppealsPermission.READ, AppealsPermission.CONSULT, AppealsPermission.REGISTER


@guarded(READ)
def consultations(request: Any) -> HttpResponse:
    state, text = request.GET.get("state", ""), request.GET.get("text", "")[:60]
    rows = queries.consultations(
        state=state if state in dict(CONSULTATION.states) else "", text=text, seen_by=request.actor
    )
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    context = {
        "page": page,
        "state": state,
        "text": text,
        "states": CONSULTATION.states,
        "flow": CONSULTATION,
        "names": names_of(row.division for row in page.rows),
        "may_register": request.actor.may(REGISTER),
    }
    return render(request, "appeals/consultations.html", context)


@guarded(REGISTER)
@require_http_methods(["GET", "POST"])
def new(request: Any) -> HttpResponse:
    """The library is asked first: many questions are answered there and then."""
    person = None
    if request.GET.get("person") and request.actor.may(RegistryPermission.READ):
        try:
            person = registry.person(UUID(request.GET["person"]), seen_by=request.actor)
        except ValueError:
            person = None
    form = ConsultationForm(request.POST or None, stations=stations.stations_for(seen_by=request.actor))

    def act(data: dict[str, Any]) -> str:
        row = consulting.ask(
            station_id=UUID(data["station"]),
            question=data["question"],
            channel=data["channel"],
            asker=data["asker"],
            phone=data["phone"],
            person_id=person.id if person else None,
            by=request.actor,
            today=today(),
        )
        return f"/consultations/{row.id}" if request.actor.may(READ, at=row.division) else "/"

    return form_page(
        request,
        form,
        title="登记咨询",
        back="/consultations",
        act=act,
        done="已登记,请在2个工作日内答复。",
        button="登记",
        template="appeals/new_consultation.html",
        context={"person": person},
    )


@guarded(REGISTER, CONSULT)
@require_POST
def look_up(request: Any) -> HttpResponse:
    """While the question is typed: clauses and FAQ entries that may answer it."""
    text = request.POST.get("question", "")[:1000].strip()
    hits = policies.search(text, on=today(), seen_by=request.actor, limit=6) if len(text) >= 2 else []
    faq = list(policies.faq(text=text, state="approved", seen_by=request.actor)[:3]) if len(text) >= 2 else []
    return render(request, "appeals/look_up.html", {"hits": hits, "faq": faq})


@guarded(READ)
def consultation(request: Any, consultation_id: UUID) -> HttpResponse:
    row = queries.consultation(consultation_id, seen_by=request.actor)
    items = subject_items(row.id, kind="consultation")
    context = {
        "row": row,
        "flow": CONSULTATION,
        "clauses": _cited(row, request),
        "item": items[0] if items else None,
        "staff": names_of_staff({item.owner_id for item in items}),
        "clocks": [story for item in items for story in clocks_of(item)],
        "may_answer": row.state == "asked" and request.actor.may(CONSULT, at=row.division),
        "may_propose": row.state == "answered" and not row.faq_id and request.actor.may(CONSULT, at=row.division),
        "phone": row.phone.masked((3, 4)) if row.phone else "",
    }
    return render(request, "appeals/consultation.html", context)


def _cited(row: Consultation, request: Any) -> list[Any]:
    return list(policies.clauses([UUID(key) for key in row.clauses], seen_by=request.actor))


@guarded(CONSULT)
@require_http_methods(["GET", "POST"])
def answer(request: Any, consultation_id: UUID) -> HttpResponse:
    row = queries.consultation(consultation_id, seen_by=request.actor)
    hits = policies.search(request.GET.get("look") or row.question, on=today(), seen_by=request.actor, limit=8)
    shown = [(str(hit.clause.id), f"《{hit.policy_title}》{hit.label}:{hit.excerpt}") for hit in hits]
    chosen = request.POST.getlist("clauses")
    known = {key for key, _ in shown}
    keys = [UUID(key) for key in chosen if key not in known and _is_id(key)]
    shown += [(str(clause.id), clause.label) for clause in policies.clauses(keys, seen_by=request.actor)]
    form = AnswerForm(request.POST or None, clauses=shown)

    def act(data: dict[str, Any]) -> None:
        consulting.answer(
            consultation_id=row.id,
            text=data["answer"],
            clause_ids=[UUID(key) for key in data["clauses"]],
            by=request.actor,
            today=today(),
        )

    return form_page(
        request,
        form,
        title=f"答复 · {row.number}",
        back=f"/consultations/{row.id}",
        act=act,
        done="已答复。",
        button="答复",
        template="appeals/answer.html",
        context={"row": row, "look": request.GET.get("look", "")},
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@guarded(CONSULT)
@require_http_methods(["GET", "POST"])
def route(request: Any, consultation_id: UUID) -> HttpResponse:
    row = queries.consultation(consultation_id, seen_by=request.actor)
    staff = [(str(one.id), one.name) for one in takers({row.division}, seen_by=request.actor)]
    form = StaffForm(request.POST or None, staff=staff)

    def act(data: dict[str, Any]) -> None:
        consulting.route(consultation_id=row.id, staff_id=UUID(data["staff"]), by=request.actor, today=today())

    return form_page(
        request, form, title="转给专人", back=f"/consultations/{row.id}", act=act, done="已转交。", button="转交"
    )


@guarded(REGISTER)
@require_http_methods(["GET", "POST"])
def raise_matter(request: Any, consultation_id: UUID) -> HttpResponse:
    row = queries.consultation(consultation_id, seen_by=request.actor)
    form = RaiseForm(request.POST or None, initial={"title": row.question[:60]})

    def act(data: dict[str, Any]) -> str:
        appeal = consulting.raise_matter(
            consultation_id=row.id, category=data["category"], title=data["title"], by=request.actor, today=today()
        )
        return f"/appeals/{appeal.id}"

    return form_page(
        request,
        form,
        title="转为诉求",
        back=f"/consultations/{row.id}",
        act=act,
        done="已转为诉求。",
        button="转为诉求",
    )


@guarded(CONSULT)
@require_POST
def propose_faq(request: Any, consultation_id: UUID) -> HttpResponse:
    consulting.propose_faq(consultation_id=consultation_id, by=request.actor, today=today())
    messages.success(request, "已推荐为常见问答,由另一位人员审核后发布。")
    return redirect(f"/consultations/{consultation_id}")
