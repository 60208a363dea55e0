"""The merchants' own pages, made for a phone at a till: sign in, redeem, refuse, one's own offers and redemptions. Nothing personal."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.core.clock import today
from vetgrid.core.guard import public
from vetgrid.core.paging import page_of
from vetgrid.offers.actions import complaining, offering, redeeming, shops
from vetgrid.offers.entitlement import label
from vetgrid.offers.forms import OfferForm, RedeemForm, ShopPasswordForm, ShopSignInForm
from vetgrid.offers.queries import redeeming as queries
from vetgrid.offers.rules import what_it_gives
from vetgrid.offers.sessions import COOKIE, for_shops
from vetgrid.offers.states import OFFER
from vetgrid.offers.views.catalogue import who
from vetgrid.offers.views.merchants import wording
from vetgrid.web.answering import form_page

TABS = {"redeem": "redeem", "redemption": "redeem", "redemptions": "redemptions", "offers": "offers"}


def _page(request: Any, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(
        request, f"offers/shop/{name}.html", context | {"shop": request.shop, "tab": TABS.get(name, "")}, status=status
    )


@public("the merchants' way in")
@require_http_methods(["GET", "POST"])
def sign_in(request: Any) -> HttpResponse:
    form = ShopSignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        token, sentence = shops.sign_in(**form.cleaned_data, origin=request.actor.origin)
        if token:
            response = redirect("/shop")
            response.set_cookie(
                COOKIE, token, httponly=True, samesite="Strict", secure=settings.SECURE_COOKIES, path="/shop"
            )
            return response
        form.add_error(None, sentence)
    return render(request, "offers/shop/sign_in.html", {"form": form}, status=422 if form.errors else 200)


@for_shops(before_password=True)
@require_POST
def sign_out(request: Any) -> HttpResponse:
    shops.sign_out(session_id=request.shop.session_id, by=request.shop.actor)
    response = redirect("/shop/sign-in")
    response.delete_cookie(COOKIE, path="/shop")
    return response


@for_shops(before_password=True)
@require_http_methods(["GET", "POST"])
def password(request: Any) -> HttpResponse:
    def act(data: dict[str, Any]) -> None:
        shops.change_password(**data, by=request.shop.actor)

    return form_page(
        request,
        ShopPasswordForm(request.POST or None),
        title="修改密码",
        back="/shop",
        act=act,
        done="密码已修改。",
        template="offers/shop/form.html",
        context={"shop": request.shop, "is_forced": request.shop.must_change_password, "tab": "password"},
    )


@for_shops()
@require_http_methods(["GET", "POST"])
def redeem(request: Any) -> HttpResponse:
    shop = request.shop
    offers = [row for row in queries.own_offers(shop.merchant_id, seen_by=shop.actor) if row.is_shown]
    initial = {"offer": request.GET.get("offer", ""), "code": request.GET.get("code", "")[:80]}
    form = RedeemForm(request.POST or None, initial=initial)
    choices: Any = form.fields["offer"]
    choices.choices = [(str(row.id), row.title) for row in offers]
    verdict, chosen = None, None
    if request.method == "POST" and form.is_valid():
        chosen = next(row for row in offers if str(row.id) == form.cleaned_data["offer"])
        verdict = redeeming.redeem(
            offer_id=chosen.id,
            text=form.cleaned_data["code"],
            merchant_id=shop.merchant_id,
            till=shop.till,
            by=shop.actor,
            today=today(),
        )
        if verdict.redemption_id is not None:
            return redirect(f"/shop/redemptions/{verdict.redemption_id}")
    context = {
        "form": form,
        "offers": offers,
        "gives": {row.id: what_it_gives(row.kind, row.percent) or row.get_kind_display() for row in offers},
        "chosen": request.POST.get("offer") or request.GET.get("offer") or (str(offers[0].id) if offers else ""),
        "verdict": verdict,
    }
    return _page(request, "redeem", context, status=422 if form.errors or verdict else 200)


@for_shops()
def redemption(request: Any, redemption_id: UUID) -> HttpResponse:
    row = queries.own_redemption(redemption_id, request.shop.merchant_id, seen_by=request.shop.actor)
    context = {
        "row": row,
        "label": label(row.class_code),
        "gives": what_it_gives(row.offer.kind, row.offer.percent),
    }
    return _page(request, "redemption", context)


@for_shops()
@require_POST
def refuse(request: Any, redemption_id: UUID) -> HttpResponse:
    complaining.refuse(
        redemption_id=redemption_id,
        merchant_id=request.shop.merchant_id,
        reason=request.POST.get("reason", ""),
        by=request.shop.actor,
        today=today(),
    )
    messages.success(request, "已登记为未兑现,服务站会联系您和对方。")
    return redirect(f"/shop/redemptions/{redemption_id}")


@for_shops()
def redemptions(request: Any) -> HttpResponse:
    rows = queries.own_redemptions(request.shop.merchant_id, seen_by=request.shop.actor)
    page = page_of(rows, number=request.GET.get("page"))
    return _page(request, "redemptions", {"page": page, "labels": {row.id: label(row.class_code) for row in page.rows}})


@for_shops()
def offers(request: Any) -> HttpResponse:
    rows = queries.own_offers(request.shop.merchant_id, seen_by=request.shop.actor)
    lines = [(row, OFFER.label(row.state), who(row.classes)) for row in rows]
    return _page(request, "offers", {"lines": lines})


@for_shops()
@require_http_methods(["GET", "POST"])
def new_offer(request: Any) -> HttpResponse:
    def act(data: dict[str, Any]) -> None:
        offering.propose_own(wording(data), merchant_id=request.shop.merchant_id, by=request.shop.actor, today=today())

    return form_page(
        request,
        OfferForm(request.POST or None),
        title="申报优惠",
        back="/shop/offers",
        act=act,
        done="已申报,服务站核对后公示。",
        button="申报",
        template="offers/shop/form.html",
        context={"shop": request.shop, "tab": "offers"},
    )


@for_shops()
@require_POST
def pause(request: Any, offer_id: UUID) -> HttpResponse:
    offering.pause_own(offer_id=offer_id, merchant_id=request.shop.merchant_id, by=request.shop.actor, today=today())
    messages.success(request, "已暂停。恢复请联系服务站。")
    return redirect("/shop/offers")
