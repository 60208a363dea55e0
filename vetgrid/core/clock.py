"""The one clock: business code takes `today` as an argument, and doors ask here for it.

A demo county lives on a fixed day (`settings.FIXED_DAY`); the time of day still runs. Sign-in, sessions and
second factors never use this clock: they use real time, because a stopped day would stop their expiry too.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

CHINA = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The business moment, aware, in China's time zone."""
    real = datetime.now(CHINA)
    fixed: date | None = settings.FIXED_DAY
    if fixed is None:
        return real
    return real.replace(year=fixed.year, month=fixed.month, day=fixed.day)


def today() -> date:
    """The business day."""
    return now().date()
