"""It can be ... and become ...: the lives of appeals, accusations, consultations, mediations and legal aid, one table each."""

from vetgrid.appeals.permissions import AccusationsPermission, AppealsPermission
from vetgrid.core.flow import Flow, Move, declare_flows, states

HANDLE, APPROVE = AppealsPermission.HANDLE, AppealsPermission.APPROVE
SUPERVISE, CONSULT, MEDIATE = AppealsPermission.SUPERVISE, AppealsPermission.CONSULT, AppealsPermission.MEDIATE

_OPEN = ("registered", "transferred", "objected", "accepted", "in_review", "in_rereview")

APPEAL = Flow(
    key="appeal",
    title="诉求办理",
    start="registered",
    source="信访工作条例 第二十三条、第三十四条至第三十六条",
    states=(
        ("registered", "已登记"),
        ("transferred", "已转送"),
        ("objected", "有异议"),
        ("accepted", "已受理"),
        ("answered", "已答复"),
        ("in_review", "复查中"),
        ("reviewed", "已复查"),
        ("in_rereview", "复核中"),
        ("rereviewed", "已复核"),
        ("called_back", "已回访"),
        ("not_accepted", "不予受理"),
        ("closed", "已办结"),
        ("withdrawn", "已撤回"),
    ),
    moves=(
        Move("accept", "受理", states("registered", "transferred"), "accepted", HANDLE, "出具受理告知书,办结时钟开始"),
        Move(
            "refuse",
            "不予受理",
            states("registered", "transferred"),
            "not_accepted",
            HANDLE,
            "写明理由和去向,出具告知书",
        ),
        Move(
            "transfer",
            "转送",
            states("registered", "accepted", "transferred"),
            "transferred",
            HANDLE,
            "选择服务站,出具转送函",
        ),
        Move("object", "提出异议", states("transferred"), "objected", HANDLE, "收到之日起5个工作日内"),
        Move("agree", "同意异议", states("objected"), "registered", HANDLE, "由转送单位核实,退回本站"),
        Move("insist", "不同意异议", states("objected"), "transferred", HANDLE, "由转送单位核实,仍由对方办理"),
        Move("share", "联合办理", states("accepted"), "", HANDLE, "其他服务站协办,各有责任人和期限"),
        Move("ask_extension", "申请延期", states("accepted"), "", HANDLE, "情况复杂,须经负责人批准"),
        Move(
            "extend", "批准延期", states("accepted"), "", APPROVE, "最多延长30日,书面告知理由;申请人不能批准自己的申请"
        ),
        Move("decline_extension", "不批准延期", states("accepted"), "", APPROVE),
        Move("answer", "书面答复", states("accepted"), "answered", HANDLE, "出具处理意见书:支持、解释说明或不支持"),
        Move("call_back", "回访", states("answered", "reviewed", "rereviewed"), "called_back", HANDLE, "记录满意情况"),
        Move(
            "ask_review",
            "请求复查",
            states("answered", "called_back", "closed"),
            "in_review",
            HANDLE,
            "收到书面答复之日起30日内,由上一级办理",
        ),
        Move("review", "复查答复", states("in_review"), "reviewed", APPROVE, "30日内出具复查意见书"),
        Move(
            "ask_rereview",
            "请求复核",
            states("reviewed", "called_back"),
            "in_rereview",
            HANDLE,
            "收到复查意见之日起30日内",
        ),
        Move("hearing", "举行听证", states("in_rereview"), "", APPROVE, "听证所需时间不计算在内,时钟暂停"),
        Move("end_hearing", "听证结束", states("in_rereview"), "", APPROVE, "时钟恢复"),
        Move("rereview", "复核答复", states("in_rereview"), "rereviewed", APPROVE, "同一事实和理由不再受理"),
        Move("close", "办结归档", states("not_accepted", "called_back"), "closed", HANDLE),
        Move("reopen", "重新办理", states("closed", "called_back"), "accepted", HANDLE, "写明原因,时钟重新计一个期限"),
        Move(
            "withdraw", "撤回", states("registered", "transferred", "accepted"), "withdrawn", HANDLE, "反映人自愿撤回"
        ),
        Move("supervise", "督办", states(*_OPEN), "", SUPERVISE, "写明要求,列入特急"),
        Move("take_on", "领导包案", states(*_OPEN), "", SUPERVISE, "由局领导包案化解"),
    ),
)

ACCUSATION = Flow(
    key="accusation",
    title="检举控告办理",
    start="received",
    source="信访工作条例 第三十条",
    states=(("received", "已接收"), ("handling", "办理中"), ("sent_on", "已移送"), ("done", "已反馈")),
    moves=(
        Move("take", "受理", states("received"), "handling", AccusationsPermission.HANDLE),
        Move("send_on", "移送纪检监察机关", states("received", "handling"), "sent_on", AccusationsPermission.HANDLE),
        Move("feed_back", "反馈结果", states("handling", "sent_on"), "done", AccusationsPermission.HANDLE),
    ),
)

CONSULTATION = Flow(
    key="consultation",
    title="政策咨询",
    start="asked",
    source="本地服务规范(待确认)",
    states=(("asked", "待答复"), ("answered", "已答复"), ("raised", "已转诉求")),
    moves=(
        Move("route", "转给专人", states("asked"), "", CONSULT, "责任人变更,时钟不停"),
        Move("answer", "答复", states("asked"), "answered", CONSULT, "引用政策条款"),
        Move("raise", "转为诉求", states("asked"), "raised", AppealsPermission.REGISTER, "需要办理而不只是解答"),
    ),
)

MEDIATION = Flow(
    key="mediation",
    title="调解",
    start="applied",
    source="人民调解法 第十七条至第三十三条",
    states=(
        ("applied", "待各方同意"),
        ("consented", "调解中"),
        ("refused", "一方拒绝"),
        ("agreed", "达成协议"),
        ("failed", "调解未成"),
        ("performed", "已履行"),
        ("broken", "未履行"),
    ),
    moves=(
        Move("start", "开始调解", states("applied"), "consented", MEDIATE, "各方当事人都同意,已选定调解员"),
        Move("decline", "一方拒绝", states("applied", "consented"), "refused", MEDIATE, "不得强迫;告知其他途径"),
        Move("sit", "记录调解", states("consented"), "", MEDIATE),
        Move("agree", "达成协议", states("consented"), "agreed", MEDIATE, "书面或口头,写明履行期限"),
        Move("fail", "终止调解", states("consented"), "failed", MEDIATE, "告知仲裁、行政、司法途径"),
        Move("perform", "履行完毕", states("agreed"), "performed", MEDIATE),
        Move("break", "反悔或未履行", states("agreed"), "broken", MEDIATE, "告知可以申请强制执行或起诉"),
        Move("refer", "移送巡回法庭", states("refused", "failed", "broken"), "", MEDIATE),
    ),
)

LEGAL_AID = Flow(
    key="legal_aid",
    title="法律援助",
    start="applied",
    source="法律援助法 第四十二条、第四十三条",
    states=(
        ("applied", "审查中"),
        ("granted", "已决定援助"),
        ("denied", "不予援助"),
        ("assigned", "已指派"),
        ("finished", "已结案"),
    ),
    moves=(
        Move("grant", "决定援助", states("applied"), "granted", MEDIATE, "7日内作出决定;优抚对象免经济困难审查"),
        Move("deny", "不予援助", states("applied"), "denied", MEDIATE, "书面说明理由,告知可提出异议"),
        Move("assign", "指派", states("granted"), "assigned", MEDIATE, "3日内指派律师或法律工作者"),
        Move("finish", "结案", states("assigned"), "finished", MEDIATE),
    ),
)

FLOWS = (APPEAL, ACCUSATION, CONSULTATION, MEDIATION, LEGAL_AID)
declare_flows(FLOWS)
