"""Addresses of programmes, values, changes of values and simulations."""

from django.urls import path

from vetgrid.benefits.views import parameters, programmes, simulations

urlpatterns = [
    path("benefits/programmes", programmes.programmes),
    path("benefits/programmes/<str:programme_key>", programmes.programme),
    path("benefits/parameters", parameters.parameters),
    path("benefits/parameters/<str:table_key>", parameters.table),
    path("benefits/parameters/<str:table_key>/file/<str:kind>", parameters.table_file),
    path("benefits/proposals", parameters.proposals),
    path("benefits/proposals/new", parameters.new_proposal),
    path("benefits/proposals/<uuid:proposal_id>", parameters.proposal),
    path("benefits/proposals/<uuid:proposal_id>/approve", parameters.approve),
    path("benefits/proposals/<uuid:proposal_id>/reject", parameters.reject),
    path("benefits/proposals/<uuid:proposal_id>/withdraw", parameters.withdraw),
    path("benefits/simulations", simulations.simulations),
    path("benefits/simulations/new", simulations.new),
    path("benefits/simulations/<uuid:simulation_id>", simulations.simulation),
    path("benefits/simulations/<uuid:simulation_id>/cancel", simulations.cancel),
    path("benefits/simulations/<uuid:simulation_id>/file", simulations.simulation_file),
]
