"""Addresses of this domain: console, the merchants' pages under /shop, what everybody sees under /alliance."""

from django.urls import path

from vetgrid.offers.views import catalogue, merchants, offers, published, shop, watching

urlpatterns = [
    path("preferences", catalogue.preferences),
    path("preferences/new", catalogue.new),
    path("preferences/<uuid:preference_id>", catalogue.preference),
    path("preferences/<uuid:preference_id>/edit", catalogue.edit),
    path("preferences/<uuid:preference_id>/complain", catalogue.complain),
    path("merchants", merchants.merchants),
    path("merchants/map", merchants.on_map),
    path("merchants/new", merchants.new),
    path("merchants/<uuid:merchant_id>", merchants.merchant),
    path("merchants/<uuid:merchant_id>/moves/<slug:move_key>", merchants.move),
    path("merchants/<uuid:merchant_id>/offers/new", merchants.new_offer),
    path("merchants/<uuid:merchant_id>/accounts/new", merchants.new_account),
    path("merchants/<uuid:merchant_id>/sign", merchants.sign),
    path("merchants/accounts/<uuid:shop_account_id>/<slug:shop_verb>", merchants.change_account),
    path("offers", offers.offers),
    path("offers/<uuid:offer_id>", offers.offer),
    path("offers/<uuid:offer_id>/moves/<slug:move_key>", offers.move),
    path("offers/<uuid:offer_id>/complain", offers.complain),
    path("redemptions", offers.redemptions),
    path("offer-complaints", watching.complaints),
    path("offer-complaints/<uuid:complaint_id>", watching.complaint),
    path("offer-complaints/<uuid:complaint_id>/moves/<slug:move_key>", watching.move),
    path("offer-findings", watching.findings),
    path("offer-findings/<uuid:offer_finding_id>", watching.finding),
    path("alliance", published.offers),
    path("alliance/<uuid:merchant_id>", published.merchant),
    path("shop", shop.redeem),
    path("shop/sign-in", shop.sign_in),
    path("shop/sign-out", shop.sign_out),
    path("shop/password", shop.password),
    path("shop/redemptions", shop.redemptions),
    path("shop/redemptions/<uuid:redemption_id>", shop.redemption),
    path("shop/redemptions/<uuid:redemption_id>/refuse", shop.refuse),
    path("shop/offers", shop.offers),
    path("shop/offers/new", shop.new_offer),
    path("shop/offers/<uuid:offer_id>/pause", shop.pause),
]
