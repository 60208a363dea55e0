"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.grid import views

urlpatterns = [
    path("grid", views.board),
    path("grid/cells", views.cells),
    path("grid/cells/new", views.new_cell),
    path("grid/cells/<uuid:cell_id>", views.cell),
    path("grid/cells/<uuid:cell_id>/change", views.change_cell),
    path("grid/cells/<uuid:cell_id>/assign", views.assign),
    path("grid/cells/<uuid:cell_id>/close", views.close_cell),
    path("grid/cells/<uuid:cell_id>/move-people", views.move_people),
    path("grid/cells/<uuid:cell_id>/sign", views.sign),
    path("grid/my", views.mine),
    path("grid/person/<uuid:person_id>/panel", views.person_panel),
]
