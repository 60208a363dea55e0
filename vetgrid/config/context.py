"""What every page shows around its content: county, demo mark, who is signed in, menu."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.cards.permissions import CardsPermission
from vetgrid.citizens.permissions import CitizensPermission
from vetgrid.config.menu import menu_for
from vetgrid.core.clock import today
from vetgrid.grid.permissions import GridPermission
from vetgrid.payments.permissions import PaymentsPermission

PERSON_PANELS = (
    ("/grid/person", GridPermission.READ),
    ("/appeals/person", AppealsPermission.READ),
    ("/benefits/person", BenefitsPermission.READ),
    ("/payments/person", PaymentsPermission.READ),
    ("/citizens/person", CitizensPermission.READ),
    ("/cards/person", CardsPermission.READ),
)
"""What other domains show inside a person's file, with the permission that opens it."""


def console(request: HttpRequest) -> dict[str, Any]:
    """Context of the base template; before sign-in there is no menu."""
    session = getattr(request, "session_open", None)
    context: dict[str, Any] = {
        "county_name": settings.INSTANCE.county_name,
        "is_demo": settings.INSTANCE.is_demo,
        "today": today(),
        "request_id": getattr(request, "request_id", ""),
        "frame": "web/part.html" if request.headers.get("HX-Request") else "web/base.html",
    }
    if session is not None:
        actor = session.actor
        context |= {"actor": actor, "menu": menu_for(actor, request.path) if session.is_complete else []}
        context["person_panels"] = [url for url, permission in PERSON_PANELS if actor.may(permission)]
    return context
