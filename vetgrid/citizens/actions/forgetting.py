"""Do: delete what has served its purpose: codes, counted attempts, kept answers, ended sessions. Called by the night's task."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from vetgrid.citizens.models import Attempt, CitizenSession, SmsCode
from vetgrid.citizens.policy import policy
from vetgrid.core.models import Answer
from vetgrid.core.retention import kept_for


@transaction.atomic
def forget(*, today: date) -> dict[str, int]:
    """How many rows of each kind went. Real time throughout, as when they were made."""
    moment, rule = timezone.now(), policy()
    CitizenSession.objects.filter(ended_at=None, last_seen_at__lt=moment - rule.idle).update(
        ended_at=moment, end_reason="idle"
    )
    CitizenSession.objects.filter(ended_at=None, started_at__lt=moment - rule.longest).update(
        ended_at=moment, end_reason="longest"
    )
    old = {key: moment - kept_for(key, on=today) for key in ("sms_code", "attempt", "citizen_session")}
    found = {
        "sms_code": SmsCode.objects.filter(expires_at__lt=old["sms_code"]),
        "attempt": Attempt.objects.filter(at__lt=old["attempt"]),
        "answer": Answer.objects.filter(expires_at__lt=moment),
        "citizen_session": CitizenSession.objects.filter(ended_at__lt=old["citizen_session"]),
    }
    return {key: rows.delete()[0] for key, rows in found.items()}
