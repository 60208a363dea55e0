"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.notices import views

urlpatterns = [
    path("messages", views.mine),
    path("messages/read", views.read_all),
    path("messages/log", views.log),
    path("messages/<uuid:notice_id>", views.open_one),
    path("messages/<uuid:notice_id>/retry", views.retry),
    path("stories", views.stories),
    path("stories/new", views.new_story),
    path("stories/<uuid:story_id>", views.edit_story),
    path("stories/<uuid:story_id>/withdraw", views.withdraw_story),
]
