"""We store: facts as spells, applications and awards, decisions with receipts, findings and batches, dated parameters."""

from vetgrid.benefits.models.awards import Application, Award, AwardEvent, AwardPeriod, Confirmation, DeathReport
from vetgrid.benefits.models.decisions import Decision, RuleVersion, Series
from vetgrid.benefits.models.facts import BenefitFact
from vetgrid.benefits.models.findings import Finding, Run
from vetgrid.benefits.models.parameters import ParameterRow, Proposal, Simulation
from vetgrid.benefits.models.spells import OPEN, Pending, Spell

__all__ = [
    "OPEN",
    "Application",
    "Award",
    "AwardEvent",
    "AwardPeriod",
    "BenefitFact",
    "Confirmation",
    "DeathReport",
    "Decision",
    "Finding",
    "ParameterRow",
    "Pending",
    "Proposal",
    "RuleVersion",
    "Run",
    "Series",
    "Simulation",
    "Spell",
]
