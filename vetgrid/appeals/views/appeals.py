"""Pages of appeals: the list, registration with what is known already, one appeal with its moves, letters and links."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.appeals.actions import linking, overseeing, registering
from vetgrid.appeals.forms import AppealForm, AttachForm, NoteForm, lines_of_people
from vetgrid.appeals.letters import pdf_of
from vetgrid.appeals.models import Appeal
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.appeals.queries import appeals as queries
from vetgrid.appeals.rules import Registration
from vetgrid.appeals.states import APPEAL
from vetgrid.appeals.views.moves import MOVES
from vetgrid.audit.trail import record
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
from vetgrid.work.queries import clocks_of, names_of_staff, subject_items, told_of

READ, REGISTER, HANDLE = AppealsPermission.READ, AppealsPermission.REGISTER, AppealsPermission.HANDLE
_WHERE = (("here", "在本单位办理"), ("from", "由本单位登记"))


@guarded(READ)
def appeals(request: Any) -> HttpResponse:
    asked = _asked(request)
    page = page_of(
        queries.appeals(asked, seen_by=request.actor), number=request.GET.get("page"), size=request.GET.get("size")
    )
    context = {
        "page": page,
        "asked": asked,
        "where": _WHERE,
        "states": APPEAL.states,
        "categories": codes("appeal_category").choices(on=today()),
        "channels": Appeal.Channel.choices,
        "names": names_of(row.division for row in page.rows),
        "flow": APPEAL,
        "labels": {row.id: codes("appeal_category").label(row.category) for row in page.rows},
        "may_register": request.actor.may(REGISTER),
    }
    return render(request, "appeals/appeals.html", context)


def _asked(request: Any) -> queries.AppealFilter:
    get = request.GET.get
    division = get("division", "")
    return queries.AppealFilter(
        where="from" if get("where") == "from" else "here",
        state=get("state", "") if get("state", "") in dict(APPEAL.states) else "",
        category=get("category", "") if get("category", "") in codes("appeal_category") else "",
        channel=get("channel", "") if get("channel", "") in Appeal.Channel.values else "",
        text=get("text", "")[:60],
        division=int(division) if division.isascii() and division.isdigit() and len(division) == 12 else None,
        is_open=get("open") == "1",
        is_supervised=get("supervised") == "1",
    )


@guarded(REGISTER)
@require_http_methods(["GET", "POST"])
def new(request: Any) -> HttpResponse:
    """The person first (from the file or by name), then the matter; what is known already is shown before it is saved."""
    person = _person(request)
    stations = queries.stations_for(seen_by=request.actor)
    initial = {"title": request.GET.get("title", "").replace("\0", "")[:60]} | (
        {"applicant": person.name} if person else {}
    )
    form = AppealForm(request.POST or None, stations=stations, initial=initial)
    if person is not None:
        for name in ("applicant", "is_anonymous"):
            del form.fields[name]

    def act(data: dict[str, Any]) -> str:
        appeal = registering.register(
            _registration(data, person),
            station_id=UUID(data["station"]),
            person_id=person.id if person else None,
            by=request.actor,
            today=today(),
        )
        messages.success(request, f"已登记,编号{appeal.number}。")
        if request.actor.may(READ, at=appeal.division):
            return f"/appeals/{appeal.id}"
        return "/"

    context = {
        "person": person,
        "known": queries.of_person(person.id) if person else [],
        "similar": queries.similar(request.POST.get("title", "") + request.POST.get("text", ""))
        if request.POST
        else [],
        "may_find": request.actor.may(RegistryPermission.READ),
    }
    return form_page(
        request,
        form,
        title="登记诉求",
        back="/appeals",
        act=act,
        done="登记窗口已完成全部记录,责任人和时钟已确定。",
        button="登记",
        template="appeals/new.html",
        context=context,
    )


def _person(request: Any) -> Person | None:
    text = request.GET.get("person", "")
    try:
        key = UUID(text)
    except ValueError:
        return None
    return registry.person(key, seen_by=request.actor) if request.actor.may(RegistryPermission.READ) else None


def _registration(data: dict[str, Any], person: Person | None) -> Registration:
    values = {key: data[key] for key in ("kind", "channel", "category", "title", "text", "wish", "received_on")}
    values |= {key: data[key] for key in ("phone", "address", "speaker", "relation", "people", "source_number")}
    return Registration(
        applicant="" if person else data["applicant"],
        is_anonymous=False if person else data["is_anonymous"],
        representatives=lines_of_people(data["representatives"]),
        **values,
    )


@guarded(REGISTER)
@require_POST
def similar(request: Any) -> HttpResponse:
    """While it is typed: similar matters of all stations and years."""
    text = (request.POST.get("title", "") + request.POST.get("text", ""))[:20000]
    return render(request, "appeals/similar.html", {"similar": queries.similar(text) if len(text) >= 4 else []})


@guarded(REGISTER)
def people(request: Any) -> HttpResponse:
    """A small search for the person, inside the registration page."""
    text = request.GET.get("who", "").strip()[:60]
    found: list[Person] = []
    if text and request.actor.may(RegistryPermission.READ):
        asked = registry.PeopleFilter(text=text)
        found = list(registry.people(asked, seen_by=request.actor, today=today())[:8])
    return render(
        request, "appeals/people.html", {"found": found, "who": text, "names": names_of(row.division for row in found)}
    )


@guarded(READ)
def appeal(request: Any, appeal_id: UUID) -> HttpResponse:
    found = queries.appeal(appeal_id, seen_by=request.actor)
    items = subject_items(found.id, kind="appeal")
    part_items = {part.id: subject_items(part.id, kind="joint_part") for part in queries.whole(found).parts}
    staff = names_of_staff({key for item in items for key in (item.owner_id, item.deputy_id)})
    everyone = [item for entry in part_items.values() for item in entry]
    staff |= names_of_staff({item.owner_id for item in everyone})
    current = items[0] if items else None
    clear = request.actor.may(RegistryPermission.SEE_PHONE, at=found.division)
    context = {
        "appeal": found,
        "whole": queries.whole(found),
        "moves": queries.moves_for(found, seen_by=request.actor),
        "item": current,
        "staff": staff,
        "clocks": [story for item in items for story in clocks_of(item)],
        "told": told_of(current) if current else [],
        "part_items": part_items,
        "flow": APPEAL,
        "move_labels": {move.key: move.label for move in APPEAL.moves} | _OTHER_STEPS,
        "category": codes("appeal_category").label(found.category),
        "relation": codes("appeal_relation").label(found.relation) if found.relation else "",
        "place": names_of([found.division, found.origin]),
        "phone": found.phone.reveal() if found.phone and clear else (found.phone.masked((3, 4)) if found.phone else ""),
        "text": found.text.reveal() if found.text else "",
        "wish": found.wish.reveal() if found.wish else "",
        "known": [row for row in queries.of_person(found.person_id) if row.id != found.id] if found.person_id else [],
        "may_handle": request.actor.may(HANDLE, at=found.division),
        "is_late": bool(current and current.due_on and current.due_on < today() and not current.closed_on),
        "attach": AttachForm(),
    }
    record(
        request.actor,
        "appeals.read",
        division=found.division,
        table="appeals_appeal",
        row=found.id,
        person=found.person_id,
    )
    return render(request, "appeals/appeal.html", context)


_OTHER_STEPS = {
    "register": "登记",
    "link": "关联",
    "unlink": "取消关联",
    "report_part": "协办反馈",
    "keep_promise": "承诺兑现",
}


@guarded(HANDLE, AppealsPermission.APPROVE, AppealsPermission.SUPERVISE)
@require_http_methods(["GET", "POST"])
def move(request: Any, appeal_id: UUID, move_key: str) -> HttpResponse:
    """One move of the table: its form, then its action."""
    found = queries.appeal(appeal_id, seen_by=request.actor)
    chosen = MOVES.get(move_key)
    if chosen is None:
        raise Conflict("没有这样的办理动作。请返回诉求页面重新选择。")
    entry = APPEAL.move(move_key)
    APPEAL.after(found.state, move_key)
    version = request.GET.get("version", "")
    form = chosen.form(request)

    def act(data: dict[str, Any]) -> None:
        chosen.act(
            data,
            appeal_id=found.id,
            by=request.actor,
            today=today(),
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
        )

    return form_page(
        request,
        form,
        title=f"{entry.label} · {found.number}",
        back=f"/appeals/{found.id}",
        act=act,
        done=f"已办理“{entry.label}”。",
        button=entry.label,
        context={"note": entry.note},
    )


@guarded(HANDLE)
@require_POST
def link(request: Any, appeal_id: UUID) -> HttpResponse:
    linking.link(appeal_id=appeal_id, number=request.POST.get("number", ""), by=request.actor, today=today())
    messages.success(request, "已关联。")
    return redirect(f"/appeals/{appeal_id}")


@guarded(HANDLE)
@require_POST
def unlink(request: Any, link_id: UUID) -> HttpResponse:
    appeal_id = linking.unlink(link_id=link_id, by=request.actor, today=today())
    messages.success(request, "已取消关联。")
    return redirect(f"/appeals/{appeal_id}")


@guarded(HANDLE)
@require_POST
def keep_promise(request: Any, appeal_id: UUID) -> HttpResponse:
    overseeing.keep_promise(appeal_id=appeal_id, by=request.actor, today=today())
    messages.success(request, "已登记承诺兑现。")
    return redirect(f"/appeals/{appeal_id}")


@guarded(READ)
@require_http_methods(["GET", "POST"])
def part(request: Any, part_id: UUID) -> HttpResponse:
    """A joint part: what was asked, and the report."""
    found = queries.part(part_id, seen_by=request.actor)
    form = NoteForm(request.POST or None)
    form.fields["note"].label = "办理结果"
    items = subject_items(found.id, kind="joint_part")

    def act(data: dict[str, Any]) -> None:
        linking.report_part(part_id=part_id, result=data["note"], by=request.actor, today=today())

    context = {
        "part": found,
        "clocks": [story for item in items for story in clocks_of(item)],
        "may_report": request.actor.may(HANDLE, at=found.division) and found.done_on is None,
    }
    return form_page(
        request,
        form,
        title=f"协办 · {found.appeal.number}",
        back=f"/appeals/parts/{part_id}",
        act=act,
        done="已反馈。",
        button="反馈",
        template="appeals/part.html",
        context=context,
    )


@guarded(HANDLE)
@require_POST
def attach(request: Any, appeal_id: UUID) -> HttpResponse:
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid("没有收到文件,请重新选择后上传。")
    try:
        registering.attach(
            appeal_id=appeal_id, name=upload.name or "", body=upload.read(), by=request.actor, today=today()
        )
    except Refused as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, "已添加附件。")
    return redirect(f"/appeals/{appeal_id}")


@guarded(READ)
def attachment(request: Any, attachment_id: UUID) -> HttpResponse:
    """The file, for whoever may read the appeal it belongs to; the sight is in the trail."""
    found = queries.attachment(attachment_id)
    with knowing("file", str(found.file)):
        row, body = content(found.file)
    record(request.actor, "appeals.fetch", division=found.division, table="appeals_attachment", row=found.id)
    return HttpResponse(
        body,
        content_type=row.media_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}"},
    )


@guarded(HANDLE)
@require_POST
def remove_attachment(request: Any, attachment_id: UUID) -> HttpResponse:
    appeal_id = registering.remove_attachment(attachment_id=attachment_id, by=request.actor, today=today())
    messages.success(request, "附件已删除。")
    return redirect(f"/appeals/{appeal_id}")


@guarded(READ)
def letter(request: Any, letter_id: UUID) -> HttpResponse:
    """The letter as PDF, made again from its frozen content; refused when it is not the same as the first one."""
    found = queries.letter(letter_id, seen_by=request.actor)
    body, is_same = pdf_of(found)
    if not is_same:
        raise Conflict("这份文书重新生成后与原件不一致,没有输出。请联系系统管理员核对程序版本。")
    record(request.actor, "appeals.print", division=found.division, table="appeals_letter", row=found.id)
    name = quote(f"{found.get_kind_display()}{found.number}.pdf")
    return HttpResponse(
        body, content_type="application/pdf", headers={"Content-Disposition": f"inline; filename*=UTF-8''{name}"}
    )


@guarded(READ)
def person_panel(request: Any, person_id: UUID) -> HttpResponse:
    """The person's matters, shown inside the file."""
    context = {
        "known": queries.of_person(person_id),
        "person_id": person_id,
        "may_register": request.actor.may(REGISTER),
    }
    return render(request, "appeals/person_panel.html", context)
