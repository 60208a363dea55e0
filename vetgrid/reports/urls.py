"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.reports import views

urlpatterns = [
    path("reports/five-year", views.five_year),
    path("reports/five-year/file/<slug:kind>", views.file),
    path("reports/five-year/<str:key>", views.rows),
    path("reports/five-year/<str:key>/file", views.rows_file),
    path("reports/seal", views.seal),
    path("reports/sealed", views.sealed_reports),
    path("reports/sealed/<uuid:report_id>", views.sealed_report),
    path("reports/sealed/<uuid:report_id>/<str:key>", views.sealed_rows),
]
