"""Pages of applications: the board, the list, registration drafted from the file, one application with its moves and papers."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.audit.trail import record
from vetgrid.cards import policy, rules
from vetgrid.cards.actions import applying
from vetgrid.cards.actions.acting import chain_stations
from vetgrid.cards.actions.deciding import missing_for
from vetgrid.cards.forms import ApplyForm, ClerkForm, MaterialsForm, PaperForm, PhotoForm
from vetgrid.cards.letters import pdf_of
from vetgrid.cards.models import Application
from vetgrid.cards.permissions import CardsPermission
from vetgrid.cards.queries import applications as queries
from vetgrid.cards.queries.cards import accounts
from vetgrid.cards.states import APPLICATION, CARD
from vetgrid.cards.views.moves import APPLICATION_DOORS, version_of
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, Refused
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.scope import knowing
from vetgrid.files.store import content
from vetgrid.orgs.names import names_of
from vetgrid.registry import queries as registry
from vetgrid.registry.models import Person
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.web.answering import form_page
from vetgrid.work.queries import clocks_of, names_of_staff, subject_items

READ, APPLY, ACCEPT = CardsPermission.READ, CardsPermission.APPLY, CardsPermission.ACCEPT
_STEPS = {"apply": "登记申请", "check_photo": "照片核对"}


@guarded(READ)
def board(request: Any) -> HttpResponse:
    """The pipeline by stage, station and age; and how applications, cards made and cards issued fit together."""
    found = queries.board(seen_by=request.actor, today=today())
    sums = accounts(seen_by=request.actor, today=today())
    reasons = policy.labels_of("replacement") | {"remade": "破损或短少重制", "": "补换"}
    lying = dict(CARD.states) | dict(codes("card_unissued").choices(on=today()))
    context = {
        "board": found,
        "sums": sums,
        "balance": sums.balance,
        "reissued": [(reasons.get(key, key), count) for key, count in sums.reissued],
        "unissued": [(key, lying.get(key, key), count) for key, count in sums.unissued],
        "states": dict(CARD.states),
        "may_apply": request.actor.may(APPLY),
    }
    return render(request, "cards/board.html", context)


@guarded(READ)
def applications(request: Any) -> HttpResponse:
    asked = _asked(request)
    rows = queries.applications(asked, seen_by=request.actor, today=today())
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    context = {
        "page": page,
        "asked": asked,
        "states": APPLICATION.states,
        "labels": dict(APPLICATION.states),
        "purposes": Application.Purpose.choices,
        "channels": Application.Channel.choices,
        "kinds": {entry.key: entry.label for entry in policy.identities()},
        "stations": queries.stations_within(seen_by=request.actor),
        "names": names_of(row.division for row in page.rows),
        "may_apply": request.actor.may(APPLY),
        "may_export": request.actor.may(CardsPermission.EXPORT),
    }
    return render(request, "cards/applications.html", context)


def _asked(request: Any) -> queries.ApplicationFilter:
    get = request.GET.get
    division, band = get("division", ""), get("band", "")
    return queries.ApplicationFilter(
        state=get("state", "") if get("state", "") in dict(APPLICATION.states) else "",
        purpose=get("purpose", "") if get("purpose", "") in Application.Purpose.values else "",
        channel=get("channel", "") if get("channel", "") in Application.Channel.values else "",
        text=get("text", "").replace("\x00", "")[:60],
        station=as_uuid(get("station", "")),
        division=int(division) if division.isascii() and division.isdigit() and len(division) == 12 else None,
        band=int(band) if band in {"0", "1", "2", "3", "4", "5"} else None,
        is_open=get("open") == "1",
    )


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@guarded(APPLY)
def people(request: Any) -> HttpResponse:
    """A small search for the person, inside the registration page."""
    text = request.GET.get("who", "").replace("\x00", "").strip()[:60]
    found: list[Person] = []
    if text and request.actor.may(RegistryPermission.READ):
        asked = registry.PeopleFilter(text=text)
        found = list(registry.people(asked, seen_by=request.actor, today=today())[:8])
    names = names_of(row.division for row in found)
    return render(request, "cards/people.html", {"found": found, "who": text, "names": names})


@guarded(APPLY)
@require_http_methods(["GET", "POST"])
def new(request: Any) -> HttpResponse:
    """The person first, always from the file; then the rest, drafted from what the file knows."""
    key = as_uuid(request.GET.get("person", ""))
    if key is None or not request.actor.may(RegistryPermission.READ):
        return render(request, "cards/new.html", {"person": None})
    person = registry.person(key, seen_by=request.actor)
    facts = applying.facts_of(person)
    held = rules.identities_of(facts, policy.identities())
    kinds = [(entry.key, entry.label) for entry in policy.identities()]
    born = person.born_on.earliest if person.born_on else None
    age = rules.age_on(born, today()) if born else None
    initial = {
        "kind": held[0] if held else "",
        "speaker": "guardian" if age is not None and age < policy.pipeline()["guardian_age"] else "self",
        "materials": ["form", "id_card"],
    }
    form = ApplyForm(request.POST or None, stations=chain_stations(person.division), kinds=kinds, initial=initial)

    def act(data: dict[str, Any]) -> str:
        one = applying.apply(
            person_id=person.id,
            asked=_wish(data),
            details=applying.Details(
                station_id=UUID(data["station"]),
                bank=data["bank"],
                speaker_id=data["speaker_id"],
                visit_address=data["visit_address"],
                materials=tuple(data["materials"]),
            ),
            by=request.actor,
            today=today(),
        )
        return f"/cards/applications/{one.id}"

    mine, cards = queries.of_person(person.id, seen_by=request.actor)
    context = {
        "person": person,
        "held": [label for key, label in kinds if key in held],
        "age": age,
        "may_visit": age is not None and age >= policy.pipeline()["home_visit_age"],
        "mine": mine,
        "cards": cards,
        "labels": dict(APPLICATION.states),
        "card_labels": dict(CARD.states),
        "place": names_of([person.division])[person.division],
    }
    return form_page(
        request,
        form,
        title=f"登记优待证申领 · {person.name}",
        back="/cards/applications",
        act=act,
        done="已登记。请上传照片并核对材料。",
        button="登记申领",
        template="cards/new.html",
        context=context,
    )


def _wish(data: dict[str, Any]) -> rules.Asked:
    same = ("kind", "basis", "speaker", "speaker_name", "lacks_capacity", "exclusion", "channel")
    return rules.Asked(
        **{key: data[key] for key in same},
        register_province=data["register_province"].strip(),
        grounds=tuple(data["grounds"]),
        has_card_elsewhere=data["has_card_elsewhere"],
        visit_reason=data["visit_reason"],
    )


@guarded(READ)
def application(request: Any, card_application_id: UUID) -> HttpResponse:
    one = queries.application(card_application_id, seen_by=request.actor)
    items = subject_items(one.id, kind="card_application")
    papers = policy.materials_for(kind=one.kind, speaker=one.speaker)
    is_early = one.state in ("submitted", "returned")
    table = "card_refusal" if one.state == "refused" else "card_return"
    context = {
        "one": one,
        "whole": queries.whole(one, seen_by=request.actor),
        "moves": queries.moves_for(one, seen_by=request.actor),
        "flow": APPLICATION,
        "state": APPLICATION.label(one.state),
        "labels": {move.key: move.label for move in APPLICATION.moves} | _STEPS,
        "kind": policy.kind_label(one.kind),
        "identities": [policy.kind_label(key) for key in one.identities.split(",") if key],
        "bank": policy.labels_of("bank").get(one.bank, one.bank),
        "visit": policy.labels_of("home_visit").get(one.visit_reason, ""),
        "replace_reason": policy.labels_of("replacement").get(one.replace_reason, ""),
        "grounds": [policy.ground_label(key) for key in one.grounds],
        "reason": codes(table).label(one.reason) if one.reason else "",
        "papers": [(key, label, key in one.materials) for key, label in papers.items()],
        "paper_labels": policy.labels_of("material") | {"photo": "照片"},
        "missing": missing_for(one) if one.state == "submitted" else [],
        "clerk": [(label, key in one.photo_clerk) for key, label in policy.clerk_list().items()],
        "cannot": [entry["label"] for entry in policy.photo()["cannot"]],
        "item": items[0] if items else None,
        "staff": names_of_staff({key for row in items for key in (row.owner_id, row.deputy_id)}),
        "clocks": [story for row in items for story in clocks_of(row)],
        "card_labels": dict(CARD.states),
        "place": names_of([one.division])[one.division],
        "may_add": is_early and request.actor.may(APPLY, at=one.division),
        "may_check": is_early and one.photo is not None and request.actor.may(ACCEPT, at=one.division),
        "photo_form": PhotoForm(),
        "paper_form": PaperForm(),
        "clerk_form": ClerkForm(initial={"ticked": one.photo_clerk}),
        "materials_form": MaterialsForm(papers=papers, initial={"materials": one.materials}),
    }
    record(
        request.actor,
        "cards.read",
        division=one.division,
        table="cards_application",
        row=one.id,
        person=one.person_id,
    )
    return render(request, "cards/application.html", context)


@guarded(APPLY, ACCEPT, CardsPermission.VERIFY, CardsPermission.REVIEW)
@require_http_methods(["GET", "POST"])
def move(request: Any, card_application_id: UUID, move_key: str) -> HttpResponse:
    """One move of the table: its form, then its action."""
    one = queries.application(card_application_id, seen_by=request.actor)
    door = APPLICATION_DOORS.get(move_key)
    if door is None:
        raise Conflict("没有这样的办理动作。请返回申领页面重新选择。")
    entry = APPLICATION.move(move_key)
    APPLICATION.after(one.state, move_key)
    form = door.form(request.POST if request.method == "POST" else None)

    def act(data: dict[str, Any]) -> None:
        extra = {"move": move_key} if move_key.startswith("return") else {}
        door.act(application_id=one.id, by=request.actor, today=today(), version=version_of(request), **data, **extra)

    return form_page(
        request,
        form,
        title=f"{entry.label} · {one.number}",
        back=f"/cards/applications/{one.id}",
        act=act,
        done=f"已办理“{entry.label}”。",
        button=entry.label,
        context={"note": entry.note},
    )


def _told(request: Any, act: Callable[[], object], done: str, back: str) -> HttpResponse:
    """Runs a small action of the application's page and says how it went."""
    try:
        act()
    except Refused as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, done)
    return redirect(back)


def _upload(request: Any, name: str) -> tuple[str, bytes]:
    file = request.FILES.get(name)
    if file is None:
        raise Invalid("没有收到文件,请重新选择后上传。")
    if file.size > 10 * 1024 * 1024:
        raise Invalid("文件超过10MB,请缩小后上传。")
    return file.name or "", file.read()


@guarded(APPLY)
@require_POST
def photo(request: Any, card_application_id: UUID) -> HttpResponse:
    def act() -> None:
        name, body = _upload(request, "photo")
        applying.set_photo(application_id=card_application_id, name=name, body=body, by=request.actor, today=today())

    return _told(request, act, "照片已上传并测量,请逐项核对。", f"/cards/applications/{card_application_id}")


@guarded(ACCEPT)
@require_POST
def check_photo(request: Any, card_application_id: UUID) -> HttpResponse:
    def act() -> None:
        applying.check_photo(
            application_id=card_application_id,
            ticked=tuple(request.POST.getlist("ticked")),
            by_hand=request.POST.get("by_hand", "")[:280],
            by=request.actor,
            today=today(),
        )

    return _told(request, act, "照片核对合格。", f"/cards/applications/{card_application_id}")


@guarded(APPLY)
@require_POST
def attach(request: Any, card_application_id: UUID) -> HttpResponse:
    def act() -> None:
        name, body = _upload(request, "file")
        applying.attach(
            application_id=card_application_id,
            material=request.POST.get("material", ""),
            name=name,
            body=body,
            by=request.actor,
            today=today(),
        )

    return _told(request, act, "材料已添加。", f"/cards/applications/{card_application_id}")


@guarded(APPLY)
@require_POST
def materials(request: Any, card_application_id: UUID) -> HttpResponse:
    def act() -> None:
        applying.tick_materials(
            application_id=card_application_id,
            materials=tuple(request.POST.getlist("materials")),
            by=request.actor,
            today=today(),
        )

    return _told(request, act, "材料核对已保存。", f"/cards/applications/{card_application_id}")


@guarded(READ)
def paper(request: Any, paper_id: UUID) -> HttpResponse:
    """A paper or photograph, for whoever may read the application; the sight is in the trail."""
    found = queries.paper(paper_id, seen_by=request.actor)
    with knowing("file", str(found.file)):
        row, body = content(found.file)
    record(request.actor, "cards.fetch", division=found.division, table="cards_attachment", row=found.id)
    return HttpResponse(
        body,
        content_type=row.media_type,
        headers={"Content-Disposition": f"inline; filename*=UTF-8''{quote(found.name)}"},
    )


@guarded(READ)
def letter(request: Any, card_letter_id: UUID) -> HttpResponse:
    """The letter as PDF, made again from its frozen content; refused when it is not the same as the first one."""
    found = queries.letter(card_letter_id, seen_by=request.actor)
    body, is_same = pdf_of(found)
    if not is_same:
        raise Conflict("这份文书重新生成后与原件不一致,没有输出。请联系系统管理员核对程序版本。")
    record(request.actor, "cards.print", division=found.division, table="cards_letter", row=found.id)
    name = quote(f"{found.get_kind_display()}{found.number}.pdf")
    return HttpResponse(
        body, content_type="application/pdf", headers={"Content-Disposition": f"inline; filename*=UTF-8''{name}"}
    )


@guarded(READ)
def person_panel(request: Any, person_id: UUID) -> HttpResponse:
    """The person's applications and cards, shown inside the file."""
    mine, cards = queries.of_person(person_id, seen_by=request.actor)
    context = {
        "mine": mine,
        "cards": cards,
        "labels": dict(APPLICATION.states),
        "card_labels": dict(CARD.states),
        "person_id": person_id,
        "may_apply": request.actor.may(APPLY),
    }
    return render(request, "cards/person_panel.html", context)
