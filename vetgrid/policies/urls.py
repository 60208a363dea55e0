"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.policies import views

urlpatterns = [
    path("policies", views.policies),
    path("policies/new", views.new),
    path("policies/<uuid:policy_id>", views.policy),
    path("policies/<uuid:policy_id>/end", views.end),
    path("policies/clauses/<uuid:clause_id>", views.clause),
    path("policies/clauses/<uuid:clause_id>/explain", views.explain),
    path("policies/clauses/<uuid:clause_id>/replace", views.replace),
    path("faq", views.faq),
    path("faq/new", views.propose),
    path("faq/<uuid:faq_id>", views.faq_entry),
]
