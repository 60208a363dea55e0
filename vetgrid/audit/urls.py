"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.audit import views

urlpatterns = [path("audit", views.entries), path("audit/verify", views.verify), path("audit/digest", views.digest)]
