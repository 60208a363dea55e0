"""It can be ... and become ...: the lives of merchants, their offers and complaints, one table each."""

from vetgrid.core.flow import Flow, Move, declare_flows, states
from vetgrid.offers.permissions import OffersPermission

EDIT, HANDLE, APPROVE = OffersPermission.EDIT, OffersPermission.HANDLE, OffersPermission.APPROVE

MERCHANT = Flow(
    key="merchant",
    title="崇军联盟商家",
    start="applied",
    source="本地流程,待确认",
    states=(
        ("applied", "已申请"),
        ("verified", "已核实"),
        ("agreed", "已签协议"),
        ("listed", "已挂牌"),
        ("paused", "暂停"),
        ("refused", "未通过"),
        ("left", "已退出"),
    ),
    moves=(
        Move("verify", "实地核实", states("applied"), "verified", EDIT, "核对执照原件、经营地址和优惠承诺"),
        Move("agree", "签订协议", states("verified"), "agreed", APPROVE, "协议一年一签;不收费,不排名"),
        Move("hang", "挂牌", states("agreed"), "listed", EDIT, "登记牌号,开始公示"),
        Move("renew", "续签", states("listed", "paused"), "", APPROVE, "从原协议到期日起再签一年"),
        Move("pause", "暂停", states("listed"), "paused", HANDLE, "写明原因;暂停期间不公示、不核销"),
        Move("resume", "恢复", states("paused"), "listed", HANDLE),
        Move("refuse", "不予加入", states("applied", "verified"), "refused", APPROVE, "写明理由"),
        Move(
            "leave",
            "退出联盟",
            states("agreed", "listed", "paused"),
            "left",
            APPROVE,
            "商家自愿退出或违约清退,收回牌匾",
        ),
    ),
)

OFFER = Flow(
    key="offer",
    title="联盟优惠",
    start="proposed",
    source="本地流程,待确认",
    states=(("proposed", "待公示"), ("listed", "公示中"), ("paused", "暂停"), ("ended", "已结束")),
    moves=(
        Move("publish", "公示", states("proposed"), "listed", HANDLE, "核对内容真实、明确,商家已挂牌"),
        Move("pause", "暂停", states("listed"), "paused", HANDLE, "商家自己也可以暂停"),
        Move("resume", "恢复", states("paused"), "listed", HANDLE),
        Move("confirm", "核实有效", states("listed"), "", HANDLE, "电话或上门核实仍在兑现"),
        Move("end", "结束", states("proposed", "listed", "paused"), "ended", HANDLE),
    ),
)

COMPLAINT = Flow(
    key="offer_complaint",
    title="优待投诉",
    start="opened",
    source="军人抚恤优待条例 第五十七条;期限为本地配置,待确认",
    states=(
        ("opened", "待处理"),
        ("asked", "已向商家了解"),
        ("upheld", "属实,已处理"),
        ("dismissed", "不属实"),
        ("called_back", "已回访"),
    ),
    moves=(
        Move("ask", "向商家了解", states("opened"), "asked", HANDLE, "记录商家的说明"),
        Move("uphold", "认定属实", states("opened", "asked"), "upheld", HANDLE, "写明处理:补兑、提醒、暂停或清退"),
        Move("dismiss", "认定不属实", states("opened", "asked"), "dismissed", HANDLE, "写明理由"),
        Move("call_back", "回访", states("upheld", "dismissed"), "called_back", HANDLE, "告诉本人结果,记录本人意见"),
    ),
)

declare_flows((MERCHANT, OFFER, COMPLAINT))
