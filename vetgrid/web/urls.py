"""Addresses of the console's own pages."""

from django.urls import path

from vetgrid.web import views

urlpatterns = [path("style", views.style)]
