"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.citizens.views import bindings, campaigns, counter

urlpatterns = [
    path("mini-program", bindings.board),
    path("mini-program/bindings/<uuid:binding_id>/end", bindings.end),
    path("bindings", bindings.requests),
    path("bindings/<uuid:request_id>", bindings.decide),
    path("authorities", bindings.authorities),
    path("authorities/<uuid:authority_id>/revoke", bindings.revoke),
    path("people/<uuid:person_id>/authorise", bindings.authorise),
    path("people/<uuid:person_id>/assist", counter.counter),
    path("people/<uuid:person_id>/assist/<str:act_key>", counter.assist),
    path("people/<uuid:person_id>/assist/campaign/<uuid:campaign_id>", counter.reply),
    path("citizens/person/<uuid:person_id>/panel", counter.panel),
    path("campaigns", campaigns.campaigns),
    path("campaigns/new", campaigns.new),
    path("campaigns/<uuid:campaign_id>", campaigns.campaign),
    path("campaigns/<uuid:campaign_id>/edit", campaigns.edit),
    path("campaigns/<uuid:campaign_id>/export", campaigns.export),
    path("campaigns/<uuid:campaign_id>/<str:campaign_verb>", campaigns.move),
]
