"""The lives of an application, an award and a batch, each as one table: buttons, checks and the help page's chart read it."""

from vetgrid.benefits.permissions import BenefitsPermission as May
from vetgrid.core.flow import Flow, Move, declare_flows, states

APPLICATION = Flow(
    key="benefit_application",
    title="待遇申请",
    start="draft",
    states=(
        ("draft", "待补材料"),
        ("submitted", "待认定"),
        ("granted", "已认定"),
        ("refused", "不予认定"),
        ("withdrawn", "已撤回"),
    ),
    moves=(
        Move("papers", "登记材料", states("draft", "submitted"), "", May.APPLY, "勾选已收到的材料。"),
        Move("submit", "提交认定", states("draft"), "submitted", May.APPLY, "材料齐全才能提交。"),
        Move(
            "grant",
            "认定",
            states("submitted"),
            "granted",
            May.DECIDE,
            "由登记人以外的人员认定,同时作出决定并开始发放。",
        ),
        Move("refuse", "不予认定", states("submitted"), "refused", May.DECIDE, "写明理由,申请人会收到决定。"),
        Move("withdraw", "撤回", states("draft", "submitted"), "withdrawn", May.APPLY, "写明原因。"),
    ),
    source="军人抚恤优待条例",
)

AWARD = Flow(
    key="benefit_award",
    title="待遇发放",
    start="active",
    states=(("active", "发放中"), ("suspended", "已暂停"), ("stopped", "已停发")),
    moves=(
        Move(
            "suspend",
            "暂停",
            states("active"),
            "suspended",
            May.DECIDE,
            "写明理由、依据和从哪个月起。判刑、被通缉的中止待遇。",
        ),
        Move("resume", "恢复", states("suspended"), "active", May.DECIDE, "写明理由和从哪个月起。暂停期间不补发。"),
        Move("stop", "停发", states("active", "suspended"), "stopped", May.DECIDE, "写明理由、依据和从哪个月起。"),
        Move(
            "move_out",
            "迁出",
            states("active", "suspended"),
            "stopped",
            May.DECIDE,
            "当年由本地发到12月,次年1月起由迁入地发放。",
        ),
        Move(
            "confirm",
            "年度确认",
            states("active", "suspended"),
            "",
            May.CONFIRM,
            "见面、视频或数据比对。逾期暂停的,确认后补发。",
        ),
    ),
    source="军人抚恤优待条例",
)

RUN = Flow(
    key="benefit_run",
    title="测算批次",
    start="waiting",
    states=(
        ("waiting", "排队中"),
        ("running", "正在测算"),
        ("cancelled", "已取消"),
        ("done", "已完成"),
        ("failed", "失败"),
    ),
    moves=(
        Move("begin", "开始", states("waiting"), "running", May.RUN, "后台自动开始。"),
        Move("cancel", "取消", states("waiting", "running"), "cancelled", May.RUN, "已测算的村(社区)保留。"),
        Move("resume", "继续", states("cancelled", "failed"), "waiting", May.RUN, "从停下的地方继续。"),
        Move("finish", "完成", states("running"), "done", May.RUN, "全部测算后自动完成。"),
    ),
)

PROPOSAL = Flow(
    key="parameter_proposal",
    title="待遇标准变更",
    start="proposed",
    source="标准变更须两人办理,旧标准保留",
    states=(("proposed", "待复核"), ("approved", "已通过"), ("rejected", "已退回"), ("withdrawn", "已撤回")),
    moves=(
        Move(
            "approve",
            "复核通过",
            states("proposed"),
            "approved",
            May.APPROVE,
            "由提出人以外的人办理;通过后标准追加入库,旧标准保留。",
        ),
        Move("reject", "退回", states("proposed"), "rejected", May.APPROVE, "由提出人以外的人办理,写明理由。"),
        Move("withdraw", "撤回", states("proposed"), "withdrawn", May.PROPOSE, "由提出人办理,写明原因。"),
    ),
)

declare_flows((APPLICATION, AWARD, RUN, PROPOSAL))
