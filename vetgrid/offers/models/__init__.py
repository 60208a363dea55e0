"""We store: the preference list, merchants, offers, codes and redemptions, complaints, and what the rules found unusual."""

from vetgrid.offers.models.alliance import (
    AllianceSeries,
    Merchant,
    MerchantContact,
    MerchantStep,
    Offer,
    ShopAccount,
    ShopSession,
    Term,
)
from vetgrid.offers.models.catalogue import Preference
from vetgrid.offers.models.redeeming import OfferCode, Receipt, Redemption, Try
from vetgrid.offers.models.watching import Complaint, ComplaintStep, Finding, FindingRow

__all__ = [
    "AllianceSeries",
    "Complaint",
    "ComplaintStep",
    "Finding",
    "FindingRow",
    "Merchant",
    "MerchantContact",
    "MerchantStep",
    "Offer",
    "OfferCode",
    "Preference",
    "Receipt",
    "Redemption",
    "ShopAccount",
    "ShopSession",
    "Term",
    "Try",
]
