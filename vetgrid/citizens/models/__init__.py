"""We store: accounts and sessions of the mini-program, bindings and authorities, acts of helpers, campaigns and their replies."""

from vetgrid.citizens.models.account import Account, Attempt, CitizenSession, SmsCode
from vetgrid.citizens.models.binding import AssistedAct, Authority, Binding, BindingRequest
from vetgrid.citizens.models.campaign import Campaign, Reply

__all__ = [
    "Account",
    "AssistedAct",
    "Attempt",
    "Authority",
    "Binding",
    "BindingRequest",
    "Campaign",
    "CitizenSession",
    "Reply",
    "SmsCode",
]
