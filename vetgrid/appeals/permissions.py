"""Somebody may: what can be done with appeals, and, kept apart, with accusations and ratings."""

from vetgrid.core.permission import Permission


class AppealsPermission(Permission):
    APPROVE = "appeals.approve"
    CONSULT = "appeals.consult"
    HANDLE = "appeals.handle"
    MEDIATE = "appeals.mediate"
    READ = "appeals.read"
    REGISTER = "appeals.register"
    SUPERVISE = "appeals.supervise"


class AccusationsPermission(Permission):
    HANDLE = "accusations.handle"
    READ = "accusations.read"


class RatingsPermission(Permission):
    READ = "ratings.read"
