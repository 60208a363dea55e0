"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.files import views

urlpatterns = [path("files/<uuid:file_id>", views.fetch)]
