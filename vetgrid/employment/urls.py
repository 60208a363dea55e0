"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.employment import views

urlpatterns = [
    path("vacancies", views.vacancies),
    path("vacancies/new", views.new_vacancy),
    path("vacancies/<uuid:vacancy_id>", views.edit_vacancy),
    path("fairs", views.fairs),
    path("fairs/new", views.new_fair),
    path("fairs/<uuid:fair_id>", views.edit_fair),
]
