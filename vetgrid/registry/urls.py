"""Addresses of the console pages of this domain."""

from django.urls import path, register_converter

from vetgrid.registry.views import duplicates, file, intake, people, requests


class Verb:
    """One-click deeds on a file."""

    regex = "confirm|mark-veteran|unmark-veteran|notice|consent"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Verb, "file_verb")

urlpatterns = [
    path("people", people.people),
    path("people/new", people.new_person),
    path("people/similar", people.similar),
    path("people/<uuid:person_id>", file.file),
    path("people/<uuid:person_id>/print", file.printed),
    path("people/<uuid:person_id>/death", file.death),
    path("people/<uuid:person_id>/move", file.move),
    path("people/<uuid:person_id>/<file_verb:verb>", file.do),
    path("people/<uuid:person_id>/consents/<uuid:consent_id>/withdraw", file.withdraw_consent),
    path("people/<uuid:person_id>/history/<slug:section_key>", file.history),
    path("people/<uuid:person_id>/edit/<slug:section_key>", file.edit),
    path("people/<uuid:person_id>/edit/<slug:section_key>/<uuid:fact_id>", file.edit),
    path("people/<uuid:person_id>/end/<slug:section_key>/<uuid:fact_id>", file.end),
    path("people/<uuid:person_id>/withdraw/<slug:section_key>/<uuid:fact_id>", file.withdraw),
    path("people/<uuid:person_id>/unmask/<slug:section_key>/<uuid:fact_id>/<slug:attribute>", file.unmask),
    path("requests", requests.requests),
    path("requests/changes/<uuid:request_id>", requests.change),
    path("requests/changes/<uuid:request_id>/withdraw", requests.withdraw_change),
    path("requests/changes/<uuid:request_id>/photos/<int:photo_number>", requests.change_photo),
    path("requests/moves/<uuid:request_id>", requests.move),
    path("requests/moves/<uuid:request_id>/withdraw", requests.withdraw_move),
    path("duplicates", duplicates.duplicates),
    path("duplicates/find", duplicates.find),
    path("duplicates/<uuid:duplicate_id>", duplicates.duplicate),
    path("duplicates/<uuid:duplicate_id>/decide", duplicates.decide),
    path("imports", intake.imports),
    path("imports/<uuid:batch_id>", intake.batch),
    path("imports/<uuid:batch_id>/columns", intake.columns),
    path("imports/<uuid:batch_id>/load", intake.load),
    path("imports/<uuid:batch_id>/discard", intake.discard),
    path("imports/<uuid:batch_id>/rows/<int:row_no>", intake.choose_row),
    path("imports/<uuid:batch_id>/rejected", intake.rejected),
    path("exports", intake.exports),
    path("exports/new", intake.new_export),
    path("merges", duplicates.merges),
    path("merges/<uuid:merge_id>/undo", duplicates.undo),
]
