"""Addresses of the console pages of this domain."""

from django.urls import path

from vetgrid.payments.views import jobs, parts, runs

urlpatterns = [
    path("payments", runs.runs),
    path("payments/reissue", runs.reissue),
    path("payments/accounts", parts.accounts),
    path("payments/jobs/<uuid:pay_job_id>", jobs.job),
    path("payments/jobs/<uuid:pay_job_id>/<slug:job_verb>", jobs.move),
    path("payments/runs/<uuid:run_id>", runs.run),
    path("payments/runs/<uuid:run_id>/moves/<slug:move_key>", runs.move),
    path("payments/runs/<uuid:run_id>/file", parts.write_again),
    path("payments/findings/<uuid:finding_id>/sign-off", parts.sign_off),
    path("payments/lines/<uuid:line_id>", parts.line),
    path("payments/lines/<uuid:line_id>/hold", parts.hold),
    path("payments/files/<uuid:pay_file_id>", parts.fetch),
    path("payments/people/<uuid:person_id>", parts.ledger),
    path("payments/person/<uuid:person_id>/panel", parts.person_panel),
    path("payments/people/<uuid:person_id>/account-notice", parts.report_account),
    path("payments/account-notices/<uuid:account_notice_id>/lift", parts.lift),
]
