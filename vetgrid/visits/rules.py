"""By custom: when the next visit is due."""

from datetime import date, timedelta


def due_on(last: date | None, *, age: int | None, in_hardship: bool, days: dict[str, int], today: date) -> date:
    """The day by which the person should be seen again; today when never seen."""
    if last is None:
        return today
    every = days["default"]
    if age is not None and age >= days["old_age"]:
        every = min(every, days["old"])
    if in_hardship:
        every = min(every, days["hardship"])
    return last + timedelta(days=every)
