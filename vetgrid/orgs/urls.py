"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.orgs import views

urlpatterns = [
    path("divisions", views.divisions),
    path("divisions/<int:code>/rename", views.rename_division),
    path("divisions/<int:code>/merge", views.merge_division),
    path("stations", views.stations),
    path("stations/<uuid:station_id>", views.station),
    path("stations/<uuid:station_id>/edit", views.edit_station),
    path("stations/<uuid:station_id>/add/<slug:what>", views.add_station_fact),
    path("station-facts/<slug:what>/<uuid:fact_id>/end", views.end_station_fact),
    path("staff", views.staff),
    path("staff/new", views.new_staff),
    path("staff/<uuid:staff_id>", views.staff_member),
    path("staff/<uuid:staff_id>/posts", views.give_post),
    path("staff/<uuid:staff_id>/end", views.end_staff),
    path("posts/<uuid:post_id>/end", views.end_post),
    path("reception-days", views.reception_days),
    path("reception-days/publish", views.publish_reception_days),
    path("reception-days/<uuid:day_id>/cancel", views.cancel_reception_day),
    path("calendar", views.year),
    path("calendar/exception", views.set_exception),
]
