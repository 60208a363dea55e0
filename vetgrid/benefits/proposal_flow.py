"""It can be ... and become ...: the life of a change of values."""

from vetgrid.benefits.models.parameters import APPROVED, PROPOSED, REJECTED, WITHDRAWN
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.core.flow import Flow, Move, declare_flows, states

PROPOSAL = Flow(
    key="parameter_proposal",
    title="待遇标准变更",
    start=PROPOSED,
    source="标准变更须两人办理,旧标准保留",
    states=((PROPOSED, "待复核"), (APPROVED, "已通过"), (REJECTED, "已退回"), (WITHDRAWN, "已撤回")),
    moves=(
        Move(
            "approve",
            "复核通过",
            states(PROPOSED),
            APPROVED,
            BenefitsPermission.APPROVE,
            "由提出人以外的人办理;通过后标准追加入库,旧标准保留",
        ),
        Move("reject", "退回", states(PROPOSED), REJECTED, BenefitsPermission.APPROVE, "写明理由"),
        Move("withdraw", "撤回", states(PROPOSED), WITHDRAWN, BenefitsPermission.PROPOSE, "由提出人办理,写明原因"),
    ),
)

declare_flows((PROPOSAL,))
