"""Addresses of people and their benefits: pages, decisions, applications, findings, confirmations, batches."""

from django.urls import path

from vetgrid.benefits.views import matters, people

urlpatterns = [
    path("people/<uuid:person_id>/benefits", people.benefits),
    path("people/<uuid:person_id>/benefits/apply", people.apply),
    path("people/<uuid:person_id>/benefits/decide", people.decide),
    path("people/<uuid:person_id>/benefits/confirm", people.confirm),
    path("people/<uuid:person_id>/benefits/death", people.report_death),
    path("people/<uuid:person_id>/benefits/move-in", people.move_in),
    path("people/<uuid:person_id>/benefits/undo-death", people.undo_death),
    path("people/<uuid:person_id>/benefits/facts/<slug:group>", people.record_fact),
    path("benefits/person/<uuid:person_id>/panel", people.panel),
    path("benefits/facts/<uuid:benefit_fact_id>", people.correct_fact),
    path("benefits/facts/<uuid:benefit_fact_id>/withdraw", people.withdraw_fact),
    path("benefits/deaths/<uuid:death_report_id>", people.death),
    path("benefits/awards/<uuid:award_id>/<slug:award_verb>", people.award_move),
    path("benefits/decisions/<uuid:decision_id>", matters.decision),
    path("benefits/decisions/<uuid:decision_id>/file", matters.decision_file),
    path("benefits/applications", matters.applications),
    path("benefits/applications/<uuid:application_id>", matters.application),
    path("benefits/applications/<uuid:application_id>/photos/<int:photo_number>", matters.application_photo),
    path("benefits/applications/<uuid:application_id>/<slug:application_verb>", matters.application_move),
    path("benefits/findings", matters.findings),
    path("benefits/findings/<uuid:benefit_finding_id>", matters.finding),
    path("benefits/take-up", matters.take_up),
    path("benefits/confirmations", matters.confirmations),
    path("benefits/draft", matters.draft),
    path("benefits/runs", matters.runs),
    path("benefits/runs/new", matters.new_run),
    path("benefits/runs/<uuid:benefit_run_id>", matters.run),
    path("benefits/runs/<uuid:benefit_run_id>/<slug:run_verb>", matters.run_move),
]
