"""The list of persons, the search before a new file, and the new file itself."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.errors import Refused
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.orgs.names import names_of
from vetgrid.registry import actions, queries, rules
from vetgrid.registry.actions.writing import Origin
from vetgrid.registry.catalogue import FIELDS
from vetgrid.registry.forms import NewPersonForm, PeopleFilterForm
from vetgrid.registry.models import Person
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.reading import show


def asked_from(request: Any) -> tuple[PeopleFilterForm, queries.PeopleFilter]:
    """The filter card and what it asks; a wrong value counts as not asked."""
    form = PeopleFilterForm(request.GET, seen_by=request.actor)
    form.is_valid()
    data = form.cleaned_data
    return form, queries.PeopleFilter(
        text=data.get("text", ""),
        division=int(data["division"]) if data.get("division") else None,
        person_class=data.get("person_class", ""),
        standing=data.get("standing", ""),
        gap=data.get("gap", ""),
        age_from=data.get("age_from"),
        age_to=data.get("age_to"),
    )


@guarded(RegistryPermission.READ)
def people(request: Any) -> HttpResponse:
    form, asked = asked_from(request)
    rows = queries.people(asked, seen_by=request.actor, today=today())
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    context = {
        "form": form,
        "page": page,
        "lines": lines_of(list(page.rows), request),
        "may_edit": request.actor.may(RegistryPermission.EDIT),
        "may_export": request.actor.may(RegistryPermission.EXPORT),
    }
    return render(request, "registry/people.html", context)


def lines_of(rows: list[Person], request: Any) -> list[dict[str, Any]]:
    """Rows as the table shows them: masked by what the viewer may see in clear."""
    names = names_of(row.division for row in rows)
    sexes = codes("sex")
    id_field, phone_field = FIELDS["identity.id_number"], FIELDS["phone.number"]
    return [
        {
            "row": row,
            "sex": sexes.label(row.sex),
            "age": rules.age_on(row.born_on, today=today()),
            "place": names[row.division],
            "id_number": show(
                id_field, row.id_number, clear=request.actor.may(RegistryPermission.SEE_ID, at=row.division)
            ),
            "phone": show(
                phone_field, row.phone, clear=request.actor.may(RegistryPermission.SEE_PHONE, at=row.division)
            ),
        }
        for row in rows
    ]


@guarded(RegistryPermission.EDIT)
@require_http_methods(["GET", "POST"])
def new_person(request: Any) -> HttpResponse:
    """Search first: without `q` only the search box; with it the matches, and below them the form."""
    text = request.GET.get("q", "").strip()
    form = NewPersonForm(request.POST or None, seen_by=request.actor, initial=_guessed(text))
    if request.method == "POST" and form.is_valid():
        try:
            person = actions.register(
                division=int(form.cleaned_data["division"]),
                values=form.values(),
                origin=Origin(form.cleaned_data["source"]),
                is_veteran=form.cleaned_data["is_veteran"],
                by=request.actor,
                today=today(),
                even_if_similar="even_if_similar" in request.POST,
            )
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, f"已建立{person.name}的档案。")
            return redirect(f"/people/{person.id}")
    matches = _matches(text, request) if text else []
    context = {
        "form": form,
        "q": text,
        "lines": lines_of(matches, request),
        "show_form": bool(text) or request.method == "POST",
    }
    return render(request, "registry/new_person.html", context, status=422 if form.errors else 200)


@guarded(RegistryPermission.EDIT)
@require_POST
def similar(request: Any) -> HttpResponse:
    """While a new file is typed: who may be the same person. Posted, so that no ID number stands in an address."""
    found = queries.similar_people(
        name=request.POST.get("identity.name", "")[:60],
        born_on=request.POST.get("identity.born_on", "")[:10],
        id_text=request.POST.get("identity.id_number", "")[:20],
        phone=request.POST.get("phone.number", "")[:20],
        seen_by=request.actor,
    )
    return render(request, "registry/similar.html", {"lines": lines_of(found, request)})


def _matches(text: str, request: Any) -> list[Person]:
    rows = queries.people(queries.PeopleFilter(text=text, standing="all"), seen_by=request.actor, today=today())
    return list(rows[:10])


def _guessed(text: str) -> dict[str, str]:
    """What was searched for is not typed again."""
    if not text:
        return {}
    checks: dict[str, Callable[[], str]] = {
        "identity.id_number": lambda: rules.id_number(text, today=today()).text,
        "phone.number": lambda: rules.phone(text),
        "identity.name": lambda: rules.name(text),
    }
    for key, check in checks.items():
        try:
            return {key: check()}
        except ValueError:
            continue
    return {}
