"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.desk.views import boards, handing, help, home, inbox

urlpatterns = [
    path("", home.home),
    path("search", home.search),
    path("system", home.system),
    path("inbox", inbox.inbox),
    path("inbox/give", inbox.give),
    path("inbox/stations", inbox.by_station),
    path("inbox/<uuid:item_id>", inbox.item),
    path("inbox/<uuid:item_id>/subject", inbox.subject),
    path("zero", boards.zero),
    path("zero/<slug:check_key>/<uuid:row_id>", boards.repair),
    path("hand-over", handing.hand_over),
    path("help", help.index),
    path("help/<slug:flow_key>", help.flow),
    path("help/<slug:flow_key>.svg", help.picture),
]
