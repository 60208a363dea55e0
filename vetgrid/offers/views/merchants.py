"""Pages of merchants: pipeline, one merchant with what can be done next, the map beside the table of towns and trades."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.places import Level
from vetgrid.core.qr import svg
from vetgrid.offers import drawing
from vetgrid.offers.actions import joining, offering, shops
from vetgrid.offers.forms import AccountForm, AgreementForm, ApplicationForm, NoteForm, OfferForm, ReasonForm, SignForm
from vetgrid.offers.models import Merchant
from vetgrid.offers.permissions import OffersPermission
from vetgrid.offers.queries import alliance as queries
from vetgrid.offers.queries.watching import complaints
from vetgrid.offers.states import COMPLAINT, MERCHANT, OFFER
from vetgrid.orgs.models import Station
from vetgrid.orgs.names import choices_within, names_of
from vetgrid.web.answering import form_page
from vetgrid.work.queries import names_of_staff, subject_items

READ, EDIT = OffersPermission.READ, OffersPermission.EDIT


def division_in(request: Any, places: Any) -> int | None:
    """The division asked for, when it is one inside the viewer's places."""
    text = request.GET.get("division", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) == 12 and int(text) in places else None


@guarded(READ)
def merchants(request: Any) -> HttpResponse:
    asked = queries.MerchantFilter(
        text=request.GET.get("text", "")[:60],
        trade=request.GET.get("trade", ""),
        state=request.GET.get("state", ""),
        renewal=request.GET.get("renewal", ""),
        division=division_in(request, request.actor.places(READ)),
    )
    rows = queries.merchants(asked, seen_by=request.actor, today=today())
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    counts = queries.states_of(seen_by=request.actor)
    context = {
        "page": page,
        "asked": asked,
        "pipeline": [(key, label, counts.get(key, 0)) for key, label in MERCHANT.states],
        "trades": codes("offer_trade").choices(on=today()),
        "towns": choices_within(request.actor.places(READ), levels=[Level.TOWN]),
        "trade_labels": {row.id: codes("offer_trade").label(row.trade) for row in page.rows},
        "states": dict(MERCHANT.states),
        "names": names_of(row.division for row in page.rows),
        "may_edit": request.actor.may(EDIT),
        "today": today(),
    }
    return render(request, "offers/merchants.html", context)


@guarded(READ)
def on_map(request: Any) -> HttpResponse:
    trade = request.GET.get("trade", "")
    counted = queries.by_town_and_trade(seen_by=request.actor)
    trades = codes("offer_trade").choices(on=today())
    towns = sorted({town for town, _ in counted})
    names = names_of(towns)
    points = queries.points(trade=trade, seen_by=request.actor)
    context = {
        "trade": trade,
        "trades": trades,
        "rows": [
            (town, names[town], [(key, counted.get((town, key), 0)) for key, _ in trades], _sum(counted, town))
            for town in towns
        ],
        "sums": [sum(counted.get((town, key), 0) for town in towns) for key, _ in trades],
        "total": sum(counted.values()),
        "map": drawing.points(
            [drawing.Dot(row.lat_e6 or 0, row.lng_e6 or 0, row.name, f"/merchants/{row.id}") for row in points],
            title="商家分布",
        ),
        "count": len(points),
    }
    return render(request, "offers/map.html", context)


def _sum(counted: dict[tuple[int, str], int], town: int) -> int:
    return sum(number for (code, _), number in counted.items() if code == town)


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def new(request: Any) -> HttpResponse:
    places = request.actor.places(EDIT)
    rows = Station.objects.filter(closed_on=None, division__gte=places.low, division__lte=places.high)
    stations = [row for row in rows.exclude(kind="university").order_by("division", "id") if row.division in places]
    form = ApplicationForm(request.POST or None, stations=stations)

    def act(data: dict[str, Any]) -> str:
        station = UUID(data.pop("station"))
        row = joining.apply(joining.Application(**data), station_id=station, by=request.actor, today=today())
        return f"/merchants/{row.id}"

    return form_page(
        request,
        form,
        title="登记商家申请",
        back="/merchants",
        act=act,
        done="已登记。请在7日内实地核实。",
        button="登记",
        context={"note": "加入崇军联盟不收费,公示不排名。联系人电话只供服务站联系,不对外公开。"},
    )


@guarded(READ)
def merchant(request: Any, merchant_id: UUID) -> HttpResponse:
    row = queries.merchant(merchant_id, seen_by=request.actor)
    contact = getattr(row, "contact", None)
    items = subject_items(row.id)
    offers = list(row.offers.order_by("state", "title", "id"))
    context = {
        "row": row,
        "contact": contact,
        "contact_phone": contact.phone.masked((3, 4)) if contact and contact.phone else "",
        "trade": codes("offer_trade").label(row.trade),
        "place": names_of([row.division])[row.division],
        "state": MERCHANT.label(row.state),
        "flow": MERCHANT,
        "moves": [move for move in MERCHANT.possible(row.state) if request.actor.may(move.permission, at=row.division)],
        "steps": [(step, _move_label(step.move)) for step in row.steps.order_by("-at", "-id")],
        "terms": row.terms.order_by("-from_on", "-id"),
        "offers": [(one, OFFER.label(one.state)) for one in offers],
        "honours": queries.honours(offers, today=today(), seen_by=request.actor),
        "accounts": row.accounts.order_by("username"),
        "complaints": [
            (one, COMPLAINT.label(one.state)) for one in complaints(merchant=row.id, seen_by=request.actor)[:10]
        ],
        "items": [item for item in items if item.closed_on is None],
        "staff": names_of_staff({item.owner_id for item in items}),
        "may_edit": request.actor.may(EDIT, at=row.division),
        "is_late": row.renew_by is not None and row.left_on is None and row.renew_by < today(),
    }
    return render(request, "offers/merchant.html", context)


def _move_label(key: str) -> str:
    return next((move.label for move in MERCHANT.moves if move.key == key), "登记申请")


_FORMS = {"agree": AgreementForm, "renew": AgreementForm, "hang": SignForm}
_DEMANDS = ("refuse", "pause", "leave")


@guarded(EDIT, OffersPermission.HANDLE, OffersPermission.APPROVE)
@require_http_methods(["GET", "POST"])
def move(request: Any, merchant_id: UUID, move_key: str) -> HttpResponse:
    row = queries.merchant(merchant_id, seen_by=request.actor)
    chosen = MERCHANT.move(move_key)
    kind = _FORMS.get(move_key, ReasonForm if move_key in _DEMANDS else NoteForm)

    def act(data: dict[str, Any]) -> None:
        joining.move(merchant_id=row.id, key=move_key, by=request.actor, today=today(), **data)

    return form_page(
        request,
        kind(request.POST if request.method == "POST" else None),
        title=f"{chosen.label} · {row.name}",
        back=f"/merchants/{row.id}",
        act=act,
        done=f"已办理“{chosen.label}”。",
        button=chosen.label,
        context={"note": chosen.note},
    )


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def new_offer(request: Any, merchant_id: UUID) -> HttpResponse:
    row = queries.merchant(merchant_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        offering.propose(wording(data), merchant_id=row.id, by=request.actor, today=today())

    return form_page(
        request,
        OfferForm(request.POST or None),
        title=f"登记优惠 · {row.name}",
        back=f"/merchants/{row.id}",
        act=act,
        done="已登记,公示后开始核销。",
        button="登记",
    )


def wording(data: dict[str, Any]) -> offering.Wording:
    return offering.Wording(**(data | {"classes": tuple(data["classes"])}))


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def new_account(request: Any, merchant_id: UUID) -> HttpResponse:
    row = queries.merchant(merchant_id, seen_by=request.actor)
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        account, first = shops.open_account(
            merchant_id=row.id, name=form.cleaned_data["name"], by=request.actor, today=today()
        )
        return _first_password(request, row, account.username, first)
    return form_page(
        request,
        form,
        title=f"开通商家账号 · {row.name}",
        back=f"/merchants/{row.id}",
        act=lambda data: None,
        done="",
        button="开通",
        context={"note": "商家用这个账号在 /shop 核销,只能看到“是否符合、对象类别、优惠”,看不到任何个人信息。"},
    )


def _first_password(request: Any, row: Merchant, username: str, first: str) -> HttpResponse:
    context = {"row": row, "username": username, "password": first}
    return render(request, "offers/first_password.html", context)


@guarded(EDIT)
@require_POST
def change_account(request: Any, shop_account_id: UUID, shop_verb: str) -> HttpResponse:
    account, first = shops.change_account(shop_account_id=shop_account_id, verb=shop_verb, by=request.actor)
    if first:
        row = queries.merchant(account.merchant_id, seen_by=request.actor)
        return _first_password(request, row, account.username, first)
    messages.success(request, "账号已启用。" if account.is_active else "账号已停用,已登录的设备同时退出。")
    return redirect(f"/merchants/{account.merchant_id}")


@guarded(READ)
def sign(request: Any, merchant_id: UUID) -> HttpResponse:
    """The sign to be printed and hung: number, trade, and a code that leads to the public page."""
    row = queries.merchant(merchant_id, seen_by=request.actor)
    if row.state != "listed":
        raise Conflict("商家挂牌后才能打印牌匾。")
    address = request.build_absolute_uri(f"/alliance/{row.id}")
    context = {
        "row": row,
        "trade": codes("offer_trade").label(row.trade),
        "qr": svg(address, title="查看优惠和反映问题"),
    }
    return render(request, "offers/sign.html", context)
