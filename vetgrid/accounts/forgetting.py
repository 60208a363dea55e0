"""Do: delete sessions that ended long ago. Called by the night's task."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from vetgrid.accounts.models import Session
from vetgrid.accounts.policy import policy
from vetgrid.core.retention import kept_for


@transaction.atomic
def forget_sessions(*, today: date) -> int:
    """How many went: those that ended, or that nobody can open any more, so long ago as the retention says. Real time throughout."""
    before = timezone.now() - kept_for("staff_session", on=today)
    dead = Q(ended_at__lt=before) | Q(ended_at=None, started_at__lt=before - policy().longest)
    return Session.objects.filter(dead).delete()[0]
