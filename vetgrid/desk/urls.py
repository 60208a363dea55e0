"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.desk import views

urlpatterns = [path("", views.home), path("search", views.search), path("system", views.system)]
