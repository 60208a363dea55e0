"""The dated limits of this domain as rules want them; read from `work.limits`."""

from datetime import date

from vetgrid.work.limits import Limit, limit_for


def days_to_ask_review(on: date) -> int:
    return limit_for("appeal_ask_review", on=on).days


def objection(on: date) -> Limit:
    return limit_for("appeal_object", on=on)


def court_days(on: date) -> int:
    return limit_for("court_confirmation", on=on).days
