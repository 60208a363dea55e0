"""Pages of ratings: the visitor's own page without sign-in, the ticket to print, the overview, the rectification."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.appeals.actions import rating as actions
from vetgrid.appeals.forms import RatingForm, RectifyForm
from vetgrid.appeals.models import Rating
from vetgrid.appeals.permissions import AppealsPermission, RatingsPermission
from vetgrid.appeals.queries import others as queries
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.errors import Refused
from vetgrid.core.guard import guarded, public, signed_in
from vetgrid.core.paging import page_of
from vetgrid.core.qr import svg
from vetgrid.core.scope import confiding
from vetgrid.orgs.names import names_of
from vetgrid.web.answering import form_page
from vetgrid.work.queries import clocks_of, names_of_staff, subject_items


@guarded(AppealsPermission.READ)
@require_POST
def ticket(request: Any, subject: str, subject_id: UUID) -> HttpResponse:
    """The code to hand to the visitor; shown once."""
    token = actions.issue_ticket(subject=subject, subject_id=subject_id, by=request.actor, today=today())
    address = request.build_absolute_uri(f"/rate/{token}")
    context = {"address": address, "code": svg(address, title="评价二维码")}
    return render(request, "appeals/ticket.html", context)


@public("the visitor rates with the token on the slip, without an account")
@require_http_methods(["GET", "POST"])
def rate(request: Any, token: str) -> HttpResponse:
    found = actions.ticket_of(token, today=today())
    form = RatingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.rate(
                token=token,
                level=data["level"],
                aspects=data["aspects"],
                comment=data["comment"],
                by=request.actor,
                today=today(),
            )
        except Refused as error:
            form.refuse(error)
        else:
            return render(request, "appeals/thanks.html")
    return render(request, "appeals/rate.html", {"ticket": found, "form": form}, status=422 if form.errors else 200)


@guarded(RatingsPermission.READ)
def ratings(request: Any) -> HttpResponse:
    text = request.GET.get("level", "")
    level = int(text) if text in {"1", "2", "3", "4", "5"} else None
    page = page_of(queries.ratings(level=level, seen_by=request.actor), number=request.GET.get("page"))
    context = {
        "page": page,
        "level": level,
        "levels": Rating.Level.choices,
        "shares": queries.rating_shares(seen_by=request.actor),
        "names": names_of(row.division for row in page.rows),
        "lines": [(row, _aspects(row), row.comment.reveal() if row.comment else "") for row in page.rows],
    }
    return render(request, "appeals/ratings.html", context)


def _aspects(row: Rating) -> str:
    return "、".join(codes("rating_aspect").label(code) for code in row.aspects)


@signed_in("the owner of the item, the deputy and whoever may read ratings there; the action checks")
@require_http_methods(["GET", "POST"])
def rectification(request: Any, rating_id: UUID) -> HttpResponse:
    found = actions.rating_for(rating_id, by=request.actor)
    form = RectifyForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.rectify(
            rating_id=rating_id,
            note=data["note"],
            called_back_on=data["called_back_on"],
            by=request.actor,
            today=today(),
        )

    with confiding():
        items = subject_items(rating_id, kind="rectification")
        clocks = [story for item in items for story in clocks_of(item)]
    context = {
        "rating": found,
        "aspects": _aspects(found),
        "comment": found.comment.reveal() if found.comment else "",
        "item": items[0] if items else None,
        "staff": names_of_staff({item.owner_id for item in items}),
        "clocks": clocks,
    }
    return form_page(
        request,
        form,
        title="差评整改",
        back=f"/rectifications/{rating_id}",
        act=act,
        done="整改已登记。",
        button="整改完成",
        template="appeals/rectification.html",
        context=context,
    )
