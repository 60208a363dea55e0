"""We store: applications for cards, the cards, the batches in which they travel, and the files that come from outside."""

from vetgrid.cards.models.application import Application, Attachment, Letter, Series, Step
from vetgrid.cards.models.batch import Batch, BatchLine
from vetgrid.cards.models.card import Card, CardStep
from vetgrid.cards.models.intake import StepFile, StepRow

__all__ = [
    "Application",
    "Attachment",
    "Batch",
    "BatchLine",
    "Card",
    "CardStep",
    "Letter",
    "Series",
    "Step",
    "StepFile",
    "StepRow",
]
