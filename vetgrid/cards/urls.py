"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.cards.views import applications, batches, cards, photos

urlpatterns = [
    path("cards", applications.board),
    path("cards/applications", applications.applications),
    path("cards/applications/new", applications.new),
    path("cards/applications/people", applications.people),
    path("cards/applications/<uuid:card_application_id>", applications.application),
    path("cards/applications/<uuid:card_application_id>/moves/<slug:move_key>", applications.move),
    path("cards/applications/<uuid:card_application_id>/photo", applications.photo),
    path("cards/applications/<uuid:card_application_id>/check-photo", applications.check_photo),
    path("cards/applications/<uuid:card_application_id>/attach", applications.attach),
    path("cards/applications/<uuid:card_application_id>/materials", applications.materials),
    path("cards/papers/<uuid:paper_id>", applications.paper),
    path("cards/letters/<uuid:card_letter_id>", applications.letter),
    path("cards/person/<uuid:person_id>/panel", applications.person_panel),
    path("cards/photo-help", photos.photo_help),
    path("cards/list", cards.cards),
    path("cards/list/register", cards.register),
    path("cards/list/export", cards.export),
    path("cards/list/<uuid:card_id>", cards.card),
    path("cards/list/<uuid:card_id>/replace", cards.replace),
    path("cards/list/<uuid:card_id>/moves/<slug:move_key>", cards.move),
    path("cards/batches", batches.batches),
    path("cards/batches/pack", batches.pack),
    path("cards/batches/<uuid:card_batch_id>", batches.batch),
    path("cards/batches/<uuid:card_batch_id>/scan", batches.scan),
    path("cards/batches/<uuid:card_batch_id>/close", batches.close),
    path("cards/batches/<uuid:card_batch_id>/sheet", batches.sheet),
    path("cards/intake", batches.intake),
    path("cards/intake/<uuid:step_file_id>", batches.file),
    path("cards/intake/rows/<uuid:step_row_id>/settle", batches.settle),
]
