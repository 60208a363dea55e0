"""We store: appeals and all that belongs to them, each group in its own file."""

from vetgrid.appeals.models.accusation import Accusation, AccusationStep
from vetgrid.appeals.models.appeal import (
    Appeal,
    Attachment,
    Band,
    JointPart,
    Letter,
    Link,
    Representative,
    Series,
    Step,
)
from vetgrid.appeals.models.consultation import Consultation
from vetgrid.appeals.models.mediation import (
    Agreement,
    LegalAid,
    Mediation,
    MediationSession,
    Mediator,
    Party,
    Performance,
)
from vetgrid.appeals.models.reception import Appointment, Rating, RatingTicket, Reception
from vetgrid.appeals.models.warning import Alert, AlertRow

__all__ = [
    "Accusation",
    "AccusationStep",
    "Agreement",
    "Alert",
    "AlertRow",
    "Appeal",
    "Appointment",
    "Attachment",
    "Band",
    "Consultation",
    "JointPart",
    "LegalAid",
    "Letter",
    "Link",
    "Mediation",
    "MediationSession",
    "Mediator",
    "Party",
    "Performance",
    "Rating",
    "RatingTicket",
    "Reception",
    "Representative",
    "Series",
    "Step",
]
