"""It can be ... and become ...: the life of an application and the card's own life, one table each."""

from vetgrid.cards.permissions import CardsPermission as May
from vetgrid.core.flow import Flow, Move, declare_flows, states

OPEN = ("submitted", "returned", "accepted", "verified", "reviewed", "city_passed", "filed", "bank_passed", "made")
LIVING = ("made", "signed", "sent", "held", "handed_up", "missing", "issued", "paused", "lost")
"""States in which a card is the person's one card."""
ON_THE_WAY = ("made", "signed", "sent", "held", "handed_up", "missing")

APPLICATION = Flow(
    key="card_application",
    title="优待证申领",
    start="submitted",
    source="优待证管理办法(试行) 第二十二条至第二十七条(据地方指南引用)",
    states=(
        ("submitted", "已申请"),
        ("returned", "退回补正"),
        ("accepted", "已受理"),
        ("verified", "已核实"),
        ("reviewed", "县初审通过"),
        ("city_passed", "市审核通过"),
        ("filed", "省备案通过"),
        ("bank_passed", "银行审核通过"),
        ("made", "已制证"),
        ("done", "已发证"),
        ("refused", "不予通过"),
        ("converted", "已转户籍地办理"),
        ("withdrawn", "已撤回"),
        ("ended", "已终止"),
    ),
    moves=(
        Move(
            "accept", "受理", states("submitted"), "accepted", May.ACCEPT, "材料齐全、照片合格;旧证须已交回或已正式挂失"
        ),
        Move("return", "退回补正", states("submitted"), "returned", May.ACCEPT, "选择原因,一次说明全部需要补正的内容"),
        Move("resubmit", "补正后提交", states("returned"), "submitted", May.APPLY, "保留全部过程,不重新申请"),
        Move("verify", "核实", states("accepted"), "verified", May.VERIFY, "身份是否真实,证件类别是否正确"),
        Move("return_county", "县级退回", states("accepted", "verified"), "returned", May.VERIFY, "选择原因"),
        Move(
            "review",
            "县初审通过",
            states("verified"),
            "reviewed",
            May.REVIEW,
            "须由核实人以外的人审;30个工作日从此起算",
        ),
        Move(
            "refuse",
            "不予通过",
            states("submitted", "accepted", "verified"),
            "refused",
            May.REVIEW,
            "写明理由,出具书面告知书",
        ),
        Move("city_pass", "市审核通过", states("reviewed"), "city_passed", May.INTAKE, "由市级结果文件载入"),
        Move("file", "省备案通过", states("city_passed"), "filed", May.INTAKE, "由省级结果文件载入;裁量情形由省决定"),
        Move("bank_pass", "银行审核通过", states("filed"), "bank_passed", May.INTAKE, "由银行结果文件载入"),
        Move("make", "制证", states("bank_passed"), "made", May.INTAKE, "由制卡清单载入,生成证卡和批次"),
        Move(
            "return_outside",
            "上级或银行退回",
            states("reviewed", "city_passed", "filed", "bank_passed"),
            "returned",
            May.INTAKE,
            "由结果文件载入,须有原因代码",
        ),
        Move(
            "refuse_outside",
            "上级不予通过",
            states("reviewed", "city_passed"),
            "refused",
            May.INTAKE,
            "由结果文件载入,出具书面告知书",
        ),
        Move("finish", "发证", states("made"), "done", May.ISSUE, "证卡发放时自动完成"),
        Move("remake", "重新制证", states("made"), "bank_passed", May.HAND, "证卡破损或短少查无下落"),
        Move("convert", "转户籍地办理", states("refused"), "converted", May.APPLY, "居住地未通过的,经本人同意"),
        Move(
            "withdraw",
            "撤回",
            states("submitted", "returned", "accepted", "verified"),
            "withdrawn",
            May.APPLY,
            "本人自愿",
        ),
        Move("end", "终止", states(*OPEN), "ended", May.ACCEPT, "申请人去世或不再符合条件"),
    ),
)

CARD = Flow(
    key="card",
    title="优待证证卡",
    start="made",
    source="优待证管理办法(试行) 第二十七条;挂失补换按地方指南(待确认)",
    states=(
        ("made", "制成待签收"),
        ("signed", "县已签收"),
        ("sent", "下发途中"),
        ("held", "站内待发"),
        ("issued", "已发放"),
        ("paused", "临时挂失"),
        ("lost", "正式挂失"),
        ("handed_up", "已逐级上交"),
        ("missing", "短少待查"),
        ("damaged", "破损作废"),
        ("replaced", "已换发"),
        ("cancelled", "已注销"),
    ),
    moves=(
        Move("sign", "县签收", states("made"), "signed", May.HAND, "逐张扫码"),
        Move("send", "下发", states("signed", "held", "handed_up"), "sent", May.HAND, "列入批次交接单"),
        Move("count", "站清点", states("sent"), "held", May.HAND, "逐张扫码;发放时钟开始"),
        Move("count_up", "上交签收", states("sent"), "handed_up", May.HAND, "无法联系的逐级上交"),
        Move("short", "短少", states("made", "sent"), "missing", May.HAND, "清单上有,包里没有"),
        Move("damage", "破损", states("made", "sent", "held"), "damaged", May.HAND, "不能发放,退回重制"),
        Move("find", "找回", states("missing"), "", May.HAND, "短少的证卡后来找到"),
        Move("write_off", "按短少注销", states("missing"), "cancelled", May.HAND, "查无下落,重新制证"),
        Move("try", "联系记录", states("held"), "", May.ISSUE, "电话、上门,写明情况和未发原因"),
        Move("issue", "发放", states("held"), "issued", May.ISSUE, "没有清点入站的证卡不能发放"),
        Move("activate", "激活", states("issued"), "", May.APPLY, "本人到银行激活"),
        Move("pause", "临时挂失", states("issued"), "paused", May.APPLY, "到期自动解除"),
        Move("lapse", "解除临时挂失", states("paused"), "issued", May.APPLY),
        Move("lose", "正式挂失", states("issued", "paused"), "lost", May.APPLY, "银行柜台办理后登记"),
        Move("recover", "撤销挂失", states("lost"), "issued", May.APPLY, "补领受理前找到"),
        Move("replace", "换发", states("issued", "paused", "lost"), "replaced", May.ACCEPT, "补换受理时旧证作废"),
        Move("cancel", "注销", states(*LIVING), "cancelled", May.CANCEL, "去世或出现不予发放的情形"),
        Move("take_back", "收回旧证", states("replaced", "cancelled", "damaged"), "", May.APPLY, "登记交回日期"),
    ),
)

FLOWS = (APPLICATION, CARD)
declare_flows(FLOWS)
