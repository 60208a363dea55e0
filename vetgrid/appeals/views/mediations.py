"""Pages of mediation and legal aid: lists, one case with what can be done next, and its forms."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.appeals.actions import aiding, mediating
from vetgrid.appeals.forms import (
    AgreementForm,
    AidDecisionForm,
    AidForm,
    CourtForm,
    DayForm,
    LawyerForm,
    MediationForm,
    MediatorsForm,
    PerformanceForm,
    ResultForm,
    SittingForm,
    lines_of_people,
)
from vetgrid.appeals.models import Agreement
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.appeals.queries import appeals as stations
from vetgrid.appeals.queries import others as queries
from vetgrid.appeals.states import LEGAL_AID, MEDIATION
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.orgs.names import names_of
from vetgrid.registry import queries as registry
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.web.answering import form_page
from vetgrid.web.forms import Form
from vetgrid.work.queries import clocks_of, names_of_staff, subject_items

READ, MEDIATE = AppealsPermission.READ, AppealsPermission.MEDIATE


def _stations(request: Any) -> Any:
    return [row for row in stations.stations_for(seen_by=request.actor) if request.actor.may(MEDIATE, at=row.division)]


@guarded(READ)
def mediations(request: Any) -> HttpResponse:
    state, text = request.GET.get("state", ""), request.GET.get("text", "")[:60]
    rows = queries.mediations(state=state if state in dict(MEDIATION.states) else "", text=text, seen_by=request.actor)
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    context = {
        "page": page,
        "state": state,
        "text": text,
        "states": MEDIATION.states,
        "flow": MEDIATION,
        "names": names_of(row.division for row in page.rows),
        "may_apply": request.actor.may(MEDIATE),
    }
    return render(request, "appeals/mediations.html", context)


@guarded(MEDIATE)
@require_http_methods(["GET", "POST"])
def new(request: Any) -> HttpResponse:
    form = MediationForm(request.POST or None, stations=_stations(request))

    def act(data: dict[str, Any]) -> str:
        row = mediating.apply(
            station_id=UUID(data["station"]),
            kind=data["kind"],
            category=data["category"],
            title=data["title"],
            facts=data["facts"],
            parties=lines_of_people(data["parties"]),
            by=request.actor,
            today=today(),
        )
        return f"/mediations/{row.id}"

    return form_page(
        request,
        form,
        title="申请调解",
        back="/mediations",
        act=act,
        done="已登记。请征求各方当事人同意。",
        button="登记",
        context={"note": "调解须各方当事人自愿(人民调解法第三条);有一方明确拒绝的,不得调解。"},
    )


@guarded(READ)
def mediation(request: Any, mediation_id: UUID) -> HttpResponse:
    row = queries.mediation(mediation_id, seen_by=request.actor)
    items = subject_items(row.id, kind="mediation")
    agreement = Agreement.objects.filter(mediation=row).first()
    context = {
        "row": row,
        "flow": MEDIATION,
        "place": names_of([row.division])[row.division],
        "category": codes("appeal_category").label(row.category),
        "facts": row.facts.reveal() if row.facts else "",
        "parties": [(party, party.phone.masked((3, 4)) if party.phone else "") for party in row.parties.order_by("id")],
        "mediators": row.mediators.order_by("id"),
        "sessions": [(one, one.record.reveal() if one.record else "") for one in row.sessions.order_by("-on", "-id")],
        "agreement": agreement,
        "content": agreement.content.reveal() if agreement and agreement.content else "",
        "performances": row.performances.order_by("due_on", "id"),
        "item": items[0] if items else None,
        "staff": names_of_staff({item.owner_id for item in items}),
        "moves": [
            move
            for move in MEDIATION.possible(row.state)
            if move.key != "decline" and request.actor.may(MEDIATE, at=row.division)
        ],
        "may_say": row.state in ("applied", "consented") and request.actor.may(MEDIATE, at=row.division),
        "may_confirm": agreement is not None
        and agreement.confirmation_asked_on is None
        and agreement.confirm_until >= today()
        and request.actor.may(MEDIATE, at=row.division),
        "routes": mediating.ROUTES,
        "today": today(),
    }
    return render(request, "appeals/mediation.html", context)


@guarded(MEDIATE)
@require_POST
def say(request: Any, party_id: UUID) -> HttpResponse:
    row = mediating.say(party_id=party_id, consents="consents" in request.POST, by=request.actor, today=today())
    messages.success(request, "已登记当事人的意见。")
    return redirect(f"/mediations/{row.id}")


@guarded(MEDIATE)
@require_http_methods(["GET", "POST"])
def mediation_move(request: Any, mediation_id: UUID, move_key: str) -> HttpResponse:
    row = queries.mediation(mediation_id, seen_by=request.actor)
    call = {"mediation_id": row.id, "by": request.actor, "today": today()}
    values = request.POST if request.method == "POST" else None

    def start(data: dict[str, Any]) -> None:
        mediating.start(mediators=data["mediators"].splitlines(), is_chosen=data["is_chosen"], **call)

    def agree(data: dict[str, Any]) -> None:
        mediating.agree(terms=mediating.Terms(**data), **call)

    doors: dict[str, tuple[type[Form], Any]] = {
        "start": (MediatorsForm, start),
        "sit": (SittingForm, lambda data: mediating.sit(**data, **call)),
        "agree": (AgreementForm, agree),
        "fail": (Form, lambda data: mediating.fail(**call)),
        "perform": (Form, lambda data: mediating.perform(**call)),
        "refer": (CourtForm, lambda data: mediating.refer_to_court(**data, **call)),
        "confirmation": (DayForm, lambda data: mediating.ask_confirmation(**data, **call)),
    }
    if move_key not in doors:
        raise Conflict("没有这样的办理动作。请返回调解页面重新选择。")
    label = "共同申请司法确认" if move_key == "confirmation" else MEDIATION.move(move_key).label
    form, action = doors[move_key]
    return _case_form(
        request, form(values), action, title=f"{label} · {row.number}", back=f"/mediations/{row.id}", label=label
    )


def _case_form(request: Any, form: Form, action: Any, *, title: str, back: str, label: str) -> HttpResponse:
    def act(data: dict[str, Any]) -> None:
        action(data)

    return form_page(request, form, title=title, back=back, act=act, done=f"已办理“{label}”。", button=label)


@guarded(MEDIATE)
@require_http_methods(["GET", "POST"])
def performance(request: Any, performance_id: UUID) -> HttpResponse:
    row = queries.performance(performance_id, seen_by=request.actor)
    form = PerformanceForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        mediating.check_performance(
            performance_id=row.id, is_done=data["is_done"] == "1", note=data["note"], by=request.actor, today=today()
        )

    return form_page(
        request,
        form,
        title=f"履行检查 · {row.what}",
        back=f"/mediations/{row.mediation_id}",
        act=act,
        done="已登记检查结果。",
        button="登记",
        context={"note": f"{row.mediation.number}《{row.mediation.title}》,履行期限{row.due_on}。"},
    )


# --- legal aid -------------------------------------------------------------------------------------------------------


@guarded(READ)
def legal_aid(request: Any) -> HttpResponse:
    state = request.GET.get("state", "")
    rows = queries.legal_aid(state=state if state in dict(LEGAL_AID.states) else "", seen_by=request.actor)
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    context = {
        "page": page,
        "state": state,
        "states": LEGAL_AID.states,
        "flow": LEGAL_AID,
        "matters": {row.id: codes("aid_matter").label(row.matter) for row in page.rows},
        "names": names_of(row.division for row in page.rows),
        "may_apply": request.actor.may(MEDIATE),
    }
    return render(request, "appeals/legal_aid.html", context)


@guarded(MEDIATE)
@require_http_methods(["GET", "POST"])
def new_aid(request: Any) -> HttpResponse:
    person = None
    if request.GET.get("person") and request.actor.may(RegistryPermission.READ):
        try:
            person = registry.person(UUID(request.GET["person"]), seen_by=request.actor)
        except ValueError:
            person = None
    form = AidForm(request.POST or None, stations=_stations(request))
    if person is not None:
        del form.fields["applicant"]

    def act(data: dict[str, Any]) -> str:
        row = aiding.apply(
            station_id=UUID(data["station"]),
            matter=data["matter"],
            facts=data["facts"],
            applicant="" if person else data["applicant"],
            phone=data["phone"],
            is_urgent=data["is_urgent"],
            person_id=person.id if person else None,
            by=request.actor,
            today=today(),
        )
        return f"/legal-aid/{row.id}"

    return form_page(
        request,
        form,
        title="申请法律援助" + (f" · {person.name}" if person else ""),
        back="/legal-aid",
        act=act,
        done="已登记,7日内作出决定。",
        button="登记",
        context={"note": "优抚对象免予核查经济困难状况(法律援助法第四十二条)。从人员档案进入,系统会自动识别。"},
    )


@guarded(READ)
def aid(request: Any, aid_id: UUID) -> HttpResponse:
    row = queries.legal_aid_case(aid_id, seen_by=request.actor)
    items = subject_items(row.id, kind="legal_aid")
    context = {
        "row": row,
        "flow": LEGAL_AID,
        "matter": codes("aid_matter").label(row.matter),
        "exemption": codes("aid_exemption").label(row.exemption) if row.exemption else "",
        "facts": row.facts.reveal() if row.facts else "",
        "phone": row.phone.masked((3, 4)) if row.phone else "",
        "item": items[0] if items else None,
        "staff": names_of_staff({item.owner_id for item in items}),
        "clocks": [story for item in items for story in clocks_of(item)],
        "may_act": request.actor.may(MEDIATE, at=row.division),
    }
    return render(request, "appeals/aid.html", context)


@guarded(MEDIATE)
@require_http_methods(["GET", "POST"])
def aid_move(request: Any, aid_id: UUID, move_key: str) -> HttpResponse:
    row = queries.legal_aid_case(aid_id, seen_by=request.actor)
    call = {"aid_id": row.id, "by": request.actor, "today": today()}
    values = request.POST if request.method == "POST" else None

    def decide(data: dict[str, Any]) -> None:
        means = {"1": True, "0": False}.get(data["has_passed_means"])
        aiding.decide(is_granted=data["is_granted"] == "1", reason=data["reason"], has_passed_means=means, **call)

    doors: dict[str, tuple[str, type[Form], Any]] = {
        "decide": ("审查决定", AidDecisionForm, decide),
        "assign": ("指派", LawyerForm, lambda data: aiding.assign(**data, **call)),
        "finish": ("结案", ResultForm, lambda data: aiding.finish(**data, **call)),
    }
    if move_key not in doors:
        raise Conflict("没有这样的办理动作。请返回法律援助页面重新选择。")
    label, form, action = doors[move_key]
    return _case_form(
        request, form(values), action, title=f"{label} · {row.number}", back=f"/legal-aid/{row.id}", label=label
    )
