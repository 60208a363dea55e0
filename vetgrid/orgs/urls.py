"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.orgs.views import calendar, divisions, staff, stations

urlpatterns = [
    path("divisions", divisions.divisions),
    path("divisions/<int:code>/rename", divisions.rename_division),
    path("divisions/<int:code>/merge", divisions.merge_division),
    path("stations", stations.stations),
    path("stations/<uuid:station_id>", stations.station),
    path("stations/<uuid:station_id>/edit", stations.edit_station),
    path("stations/<uuid:station_id>/add/<slug:what>", stations.add_station_fact),
    path("station-facts/<slug:what>/<uuid:fact_id>/end", stations.end_station_fact),
    path("staff", staff.staff),
    path("staff/new", staff.new_staff),
    path("staff/<uuid:staff_id>", staff.staff_member),
    path("staff/<uuid:staff_id>/posts", staff.give_post),
    path("staff/<uuid:staff_id>/end", staff.end_staff),
    path("posts/<uuid:post_id>/end", staff.end_post),
    path("reception-days", calendar.reception_days),
    path("reception-days/publish", calendar.publish_reception_days),
    path("reception-days/<uuid:day_id>/cancel", calendar.cancel_reception_day),
    path("calendar", calendar.year),
    path("calendar/exception", calendar.set_exception),
]
