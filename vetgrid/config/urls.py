"""All addresses: each domain owns its `urls.py`; this file only lists them."""

from django.urls import include, path

from vetgrid.config.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("vetgrid.desk.urls")),
    path("", include("vetgrid.accounts.urls")),
    path("", include("vetgrid.orgs.urls")),
    path("", include("vetgrid.files.urls")),
    path("", include("vetgrid.policies.urls")),
    path("", include("vetgrid.notices.urls")),
    path("", include("vetgrid.registry.urls")),
    path("", include("vetgrid.citizens.urls")),
    path("", include("vetgrid.employment.urls")),
    path("", include("vetgrid.grid.urls")),
    path("", include("vetgrid.appeals.urls")),
    path("", include("vetgrid.benefits.urls")),
    path("", include("vetgrid.payments.urls")),
    path("", include("vetgrid.cards.urls")),
    path("", include("vetgrid.offers.urls")),
    path("", include("vetgrid.audit.urls")),
    path("", include("vetgrid.reports.urls")),
    path("", include("vetgrid.web.urls")),
]

handler404 = "vetgrid.web.refusals.not_found"
handler400 = "vetgrid.web.refusals.bad_request"
handler500 = "vetgrid.web.refusals.failed"
