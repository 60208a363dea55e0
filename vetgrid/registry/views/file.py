"""The file of one person: the page, its drawers, and each thing that can be done from them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.crypto import Sealed
from vetgrid.core.errors import Invalid, Refused
from vetgrid.core.guard import guarded
from vetgrid.core.places import full_code
from vetgrid.orgs.names import names_of
from vetgrid.registry import actions, queries, rules
from vetgrid.registry.actions.requests import Proof
from vetgrid.registry.actions.writing import Origin, changed_guarded_fields, current_fact
from vetgrid.registry.catalogue import Field, Section, section
from vetgrid.registry.forms import DeathForm, EndFactForm, MoveForm, ProofForm, SectionForm, UnmaskForm, WithdrawForm
from vetgrid.registry.models import Consent, Fact, NoticeGiven, Person
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.queries.file import present_facts
from vetgrid.registry.reading import show


@dataclass(frozen=True)
class Cell:
    """One value on the page; `unmask` is the address behind "查看原文", '' where there is nothing to unmask."""

    label: str
    text: str
    unmask: str = ""


@dataclass(frozen=True)
class Shown:
    """One fact as the page shows it."""

    fact: Fact
    cells: list[Cell]
    source: str
    period: str


def _shown(person: Person, part: Section, fact: Fact, *, clear: Callable[[Field], bool], may_unmask: bool) -> Shown:
    cells = []
    for entry in part.fields:
        value = getattr(fact, entry.attribute)
        is_clear = clear(entry)
        address = ""
        if isinstance(value, Sealed) and not is_clear and may_unmask:
            address = f"/people/{person.id}/unmask/{part.key}/{fact.id}/{entry.attribute}"
        text = show(entry, value, clear=is_clear)
        if text or entry.is_required:
            cells.append(Cell(entry.label, text or "—", address))
    period = " 至 ".join(str(part_date) for part_date in (fact.from_on, fact.to_on) if part_date)
    return Shown(
        fact, cells, codes("source").label(fact.source) + (f"({fact.source_note})" if fact.source_note else ""), period
    )


def _clear_for(request: Any, person: Person) -> Callable[[Field], bool]:
    return lambda entry: entry.clear_with is not None and request.actor.may(entry.clear_with, at=person.division)


def _sections(request: Any, person: Person) -> list[dict[str, Any]]:
    may_unmask = request.actor.may(RegistryPermission.UNMASK, at=person.division)
    clear = _clear_for(request, person)
    return [
        {
            "section": entry.section,
            "facts": [_shown(person, entry.section, fact, clear=clear, may_unmask=may_unmask) for fact in entry.facts],
        }
        for entry in queries.file_of(person, seen_by=request.actor)
    ]


@guarded(RegistryPermission.READ)
def file(request: Any, person_id: UUID) -> HttpResponse:
    person = queries.person(person_id, seen_by=request.actor)
    present = present_facts(person, queries.file_of(person, seen_by=request.actor))
    context = _head(request, person) | {
        "sections": _sections(request, person),
        "missing": rules.missing_facts(present, is_veteran=person.is_veteran),
        "notices": NoticeGiven.objects.filter(person=person).select_related("notice").order_by("-given_on")[:5],
        "consents": [
            (consent, codes("consent_purpose").label(consent.purpose))
            for consent in Consent.objects.filter(person=person).order_by("-given_on")
        ],
        "purposes": codes("consent_purpose").choices(on=today()),
        "ways": codes("notice_way").choices(on=today()),
        "requests": queries.change_requests(state="open", seen_by=request.actor).filter(person=person),
        "moves": queries.move_requests(state="open", seen_by=request.actor).filter(person=person),
    }
    template = "registry/file_part.html" if request.headers.get("HX-Request") else "registry/file.html"
    return render(request, template, context)


def _head(request: Any, person: Person) -> dict[str, Any]:
    may = {
        name: request.actor.may(permission, at=person.division)
        for name, permission in (("edit", RegistryPermission.EDIT), ("merge", RegistryPermission.MERGE))
    }
    return {
        "person": person,
        "place": names_of([person.division])[person.division],
        "sex": codes("sex").label(person.sex),
        "age": rules.age_on(person.born_on, today=today()),
        "may": may,
        "is_open": person.merged_into_id is None,
    }


@guarded(RegistryPermission.READ)
def printed(request: Any, person_id: UUID) -> HttpResponse:
    person = queries.person(person_id, seen_by=request.actor)
    return render(
        request, "registry/file_print.html", _head(request, person) | {"sections": _sections(request, person)}
    )


@guarded(RegistryPermission.READ)
def history(request: Any, person_id: UUID, section_key: str) -> HttpResponse:
    person = queries.person(person_id, seen_by=request.actor)
    part = section(section_key)
    clear = _clear_for(request, person)
    rows = [
        _shown(person, part, fact, clear=clear, may_unmask=False)
        for fact in queries.history_of(person, section_key, seen_by=request.actor)
    ]
    return render(request, "registry/history.html", {"person": person, "section": part, "rows": rows})


@guarded(RegistryPermission.EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: Any, person_id: UUID, section_key: str, fact_id: UUID | None = None) -> HttpResponse:
    """One drawer for new, corrected and proof-needing values: the clerk need not know which is which."""
    person = queries.person(person_id, seen_by=request.actor)
    part = section(section_key)
    before = current_fact(person, part, fact_id)
    form = SectionForm(request.POST or None, part=part, fact=before, may_see=_clear_for(request, person))
    proof = ProofForm(request.POST or None)
    needs_proof = False
    if request.method == "POST" and form.is_valid() and proof.is_valid():
        needs_proof = bool(changed_guarded_fields(part, before, form.values()))
        if not needs_proof or proof.cleaned_data["proof_kind"]:
            try:
                return _save(request, person, part, before, form, proof, needs_proof)
            except Refused as error:
                form.refuse(error)
        else:
            proof.add_error("proof_kind", "这次更改须有证明材料,请选择后再提交,由有审核权限的人员审核。")
    context = {
        "person": person,
        "section": part,
        "fact": before,
        "form": form,
        "proof": proof,
        "needs_proof": needs_proof or bool(proof.errors),
    }
    return render(request, "registry/edit.html", context, status=422 if form.errors or proof.errors else 200)


def _save(
    request: Any,
    person: Person,
    part: Section,
    before: Fact | None,
    form: SectionForm,
    proof: ProofForm,
    needs_proof: bool,
) -> HttpResponse:
    data = form.cleaned_data
    origin = Origin(data["source"], data["source_note"], from_on=data["from_on"])
    fact_id = before.id if before is not None and part.is_list else None
    if needs_proof:
        actions.ask_change(
            person_id=person.id,
            section_key=part.key,
            fact_id=fact_id,
            values=form.values(),
            origin=origin,
            proof=Proof(proof.cleaned_data["proof_kind"], proof.cleaned_data["proof_note"]),
            by=request.actor,
            today=today(),
        )
        messages.success(request, "变更申请已提交,审核同意后生效。")
    else:
        actions.write_fact(
            person_id=person.id,
            section_key=part.key,
            fact_id=fact_id,
            values=form.values(),
            origin=origin,
            by=request.actor,
            today=today(),
        )
        messages.success(request, f"已保存{part.label}。")
    return redirect(f"/people/{person.id}")


@guarded(RegistryPermission.EDIT)
@require_http_methods(["GET", "POST"])
def end(request: Any, person_id: UUID, section_key: str, fact_id: UUID) -> HttpResponse:
    form = EndFactForm(request.POST or None)
    return _small(
        request,
        person_id,
        form,
        "终止",
        lambda data: actions.end_fact(
            person_id=person_id,
            section_key=section_key,
            fact_id=fact_id,
            to_on=data["to_on"],
            by=request.actor,
            today=today(),
        ),
        "已登记终止时间。",
    )


@guarded(RegistryPermission.EDIT)
@require_http_methods(["GET", "POST"])
def withdraw(request: Any, person_id: UUID, section_key: str, fact_id: UUID) -> HttpResponse:
    form = WithdrawForm(request.POST or None)
    return _small(
        request,
        person_id,
        form,
        "撤销(登记有误)",
        lambda data: actions.withdraw_fact(
            person_id=person_id,
            section_key=section_key,
            fact_id=fact_id,
            reason=data["reason"],
            by=request.actor,
            today=today(),
        ),
        "已撤销,历史记录中仍可查看。",
    )


@guarded(RegistryPermission.EDIT)
@require_http_methods(["GET", "POST"])
def death(request: Any, person_id: UUID) -> HttpResponse:
    form = DeathForm(request.POST or None)
    return _small(
        request,
        person_id,
        form,
        "申报去世",
        lambda data: actions.ask_death(
            person_id=person_id,
            died_on=data["died_on"],
            proof=Proof(data["proof_kind"], data["proof_note"]),
            source=data["source"],
            by=request.actor,
            today=today(),
        ),
        "去世申报已提交,由另一位人员审核后生效。",
    )


@guarded(RegistryPermission.EDIT)
@require_http_methods(["GET", "POST"])
def move(request: Any, person_id: UUID) -> HttpResponse:
    form = MoveForm(request.POST or None)

    def ask(data: dict[str, Any]) -> None:
        try:
            target = full_code(data["to_division"])
        except ValueError as error:
            raise Invalid(fields={"to_division": "区划代码应为6位、9位或12位数字。"}) from error
        actions.ask_move(
            person_id=person_id,
            to_division=target,
            moved_on=data["moved_on"],
            reason=data["reason"],
            by=request.actor,
            today=today(),
        )

    return _small(request, person_id, form, "申请迁移", ask, "迁移申请已提交,审核同意后生效。")


def _small(
    request: Any, person_id: UUID, form: Any, title: str, act: Callable[[dict[str, Any]], Any], sentence: str
) -> HttpResponse:
    """A small drawer form: show, check, act, back to the file."""
    person = queries.person(person_id, seen_by=request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, sentence)
            return redirect(f"/people/{person_id}")
    return render(
        request,
        "registry/small_form.html",
        {"person": person, "form": form, "title": title},
        status=422 if form.errors else 200,
    )


@guarded(RegistryPermission.UNMASK)
@require_http_methods(["GET", "POST"])
def unmask(request: Any, person_id: UUID, section_key: str, fact_id: UUID, attribute: str) -> HttpResponse:
    person = queries.person(person_id, seen_by=request.actor)
    form = UnmaskForm(request.POST or None)
    text = ""
    if request.method == "POST" and form.is_valid():
        try:
            text = actions.unmask(
                person_id=person_id,
                field_key=f"{section_key}.{attribute}",
                fact_id=fact_id,
                reason=form.cleaned_data["reason"],
                by=request.actor,
                today=today(),
            )
        except Refused as error:
            form.refuse(error)
    return render(
        request,
        "registry/unmask.html",
        {"person": person, "form": form, "text": text},
        status=422 if form.errors else 200,
    )


@guarded(RegistryPermission.EDIT)
@require_POST
def do(request: Any, person_id: UUID, verb: str) -> HttpResponse:
    """One-click deeds on the file."""
    by, day = request.actor, today()
    way, purpose = request.POST.get("way", ""), request.POST.get("purpose", "")
    deeds: dict[str, tuple[str, Callable[[], Any]]] = {
        "confirm": ("已完成年度确认。", lambda: actions.confirm_file(person_id=person_id, by=by, today=day)),
        "mark-veteran": (
            "已标记为退役军人。",
            lambda: actions.mark_veteran(person_id=person_id, is_veteran=True, reason="", by=by, today=day),
        ),
        "unmark-veteran": (
            "已取消退役军人标记。",
            lambda: actions.mark_veteran(person_id=person_id, is_veteran=False, reason="", by=by, today=day),
        ),
        "notice": ("已登记告知。", lambda: actions.give_notice(person_id=person_id, way=way, by=by, today=day)),
        "consent": (
            "已登记同意。",
            lambda: actions.give_consent(person_id=person_id, purpose=purpose, way=way, by=by, today=day),
        ),
    }
    sentence, act = deeds[verb]
    act()
    messages.success(request, sentence)
    return redirect(f"/people/{person_id}")


@guarded(RegistryPermission.EDIT)
@require_POST
def withdraw_consent(request: Any, person_id: UUID, consent_id: UUID) -> HttpResponse:
    actions.withdraw_consent(person_id=person_id, consent_id=consent_id, by=request.actor, today=today())
    messages.success(request, "已撤回同意。")
    return redirect(f"/people/{person_id}")
