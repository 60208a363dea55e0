"""Clockwork of offers: every night renewals are reminded of, unusual redemptions looked for, dead codes forgotten."""

from procrastinate.contrib.django import app

from vetgrid.core.clock import today
from vetgrid.core.scope import acting, system_actor
from vetgrid.offers.actions.joining import remind_of_renewals
from vetgrid.offers.actions.redeeming import forget_codes
from vetgrid.offers.actions.watching import look


@app.periodic(cron="10 3 * * *")
@app.task(queueing_lock="look_after_offers", pass_context=False)
def look_after_offers(timestamp: int) -> None:
    by = system_actor("崇军联盟")
    with acting(by):
        remind_of_renewals(by=by, today=today())
        look(by=by, today=today())
        forget_codes(by=by)
