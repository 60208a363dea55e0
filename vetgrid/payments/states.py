"""It can be ... and become ...: the life of a pay run as one table."""

from vetgrid.core.flow import Flow, Move, declare_flows, states
from vetgrid.payments.permissions import PaymentsPermission as May

RUN = Flow(
    key="pay_run",
    title="待遇发放批次",
    start="draft",
    source="行政事业单位内部控制规范 不相容岗位相互分离(岗位组合待确认)",
    states=(
        ("draft", "草稿"),
        ("gated", "已核查"),
        ("reviewed", "已复核"),
        ("approved", "已审批"),
        ("released", "已放行"),
        ("returned", "回盘中"),
        ("settled", "已结清"),
        ("closed", "已归档"),
        ("cancelled", "已作废"),
    ),
    moves=(
        Move("gate", "核查", states("draft", "gated"), "gated", May.PREPARE, "逐笔核查,重新冻结账户和金额"),
        Move("review", "复核", states("gated"), "reviewed", May.REVIEW, "核查发现须全部处理;复核人不是编制人"),
        Move("approve", "审批", states("reviewed"), "approved", May.APPROVE, "超过限额须由大额审批人办理"),
        Move(
            "send_back",
            "退回编制",
            states("gated", "reviewed", "approved"),
            "draft",
            May.REVIEW,
            "写明原因,由编制人重新核查",
        ),
        Move("release", "放行", states("approved"), "released", May.RELEASE, "记账并生成银行文件;同一批次只放行一次"),
        Move(
            "take_return",
            "登记回盘",
            states("released", "returned", "settled"),
            "returned",
            May.RECONCILE,
            "上传银行回盘文件;退回的自动冲回,等待重发",
        ),
        Move(
            "settle", "结清", states("released", "returned"), "settled", May.RECONCILE, "每一笔都已到账或退回,自动办理"
        ),
        Move("close", "归档", states("settled"), "closed", May.RECONCILE, "退回的款项已全部重发或更正"),
        Move(
            "cancel",
            "作废",
            states("draft", "gated", "reviewed", "approved"),
            "cancelled",
            May.PREPARE,
            "写明原因;没有记账",
        ),
    ),
)
BEFORE_RELEASE = ("draft", "gated", "reviewed", "approved")
AFTER_RELEASE = ("released", "returned", "settled", "closed")

JOB = Flow(
    key="pay_job",
    title="待遇发放后台办理",
    start="waiting",
    states=(
        ("waiting", "排队中"),
        ("running", "正在办理"),
        ("cancelled", "已取消"),
        ("failed", "没有办成"),
        ("done", "已完成"),
    ),
    moves=(
        Move("begin", "开始", states("waiting", "running"), "running", May.READ, "后台自动开始;中断后重新办理"),
        Move(
            "cancel",
            "取消",
            states("waiting", "running", "failed"),
            "cancelled",
            May.READ,
            "由交办人取消;没有留下任何记录",
        ),
        Move("resume", "重新办理", states("cancelled", "failed"), "waiting", May.READ, "由交办人重新交办,从头办理"),
        Move("fail", "没有办成", states("running"), "failed", May.READ, "写明原因,更正后可重新办理"),
        Move("finish", "完成", states("running"), "done", May.READ, "全部办完后自动完成"),
    ),
)
"""The right to a job is the right to what it does: asked again by the action itself, in the name of whoever asked."""

declare_flows((RUN, JOB))
