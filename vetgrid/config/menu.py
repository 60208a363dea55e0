"""The menu on the left: one line a page; a line shows to those whose permissions open it."""

from dataclasses import dataclass
from typing import Any

from vetgrid.accounts.permissions import AccountsPermission, SystemPermission
from vetgrid.appeals.permissions import AccusationsPermission, AppealsPermission, RatingsPermission
from vetgrid.audit.permissions import AuditPermission
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.cards.permissions import CardsPermission
from vetgrid.citizens.permissions import CitizensPermission
from vetgrid.core.actor import Actor
from vetgrid.core.permission import Permission
from vetgrid.employment.permissions import EmploymentPermission
from vetgrid.grid.permissions import GridPermission
from vetgrid.notices.permissions import NoticesPermission
from vetgrid.offers.permissions import OffersPermission
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.policies.permissions import PoliciesPermission
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.reports.permissions import ReportsPermission
from vetgrid.work.permissions import WorkPermission


@dataclass(frozen=True)
class Line:
    """One line: what it says, where it leads, its icon, and the permissions of which one opens it (none: everyone)."""

    label: str
    url: str
    icon: str
    permissions: tuple[Permission, ...] = ()


MENU: tuple[tuple[str, tuple[Line, ...]], ...] = (
    (
        "",
        (
            Line("工作台", "/", "home"),
            Line("待办", "/inbox", "check"),
            Line("清零看板", "/zero", "grid"),
            Line("我的消息", "/messages", "phone"),
            Line("帮助", "/help", "list"),
        ),
    ),
    (
        "建档立卡",
        (
            Line("人员档案", "/people", "people", (RegistryPermission.READ,)),
            Line("新建档案", "/people/new", "person-add", (RegistryPermission.EDIT,)),
            Line("变更与迁移审核", "/requests", "check", (RegistryPermission.READ,)),
            Line("疑似重复", "/duplicates", "copy", (RegistryPermission.MERGE,)),
            Line("批量导入", "/imports", "upload", (RegistryPermission.IMPORT,)),
            Line("导出记录", "/exports", "download", (RegistryPermission.EXPORT,)),
        ),
    ),
    (
        "诉求与权益",
        (
            Line("诉求", "/appeals", "alert", (AppealsPermission.READ,)),
            Line("登记诉求", "/appeals/new", "plus", (AppealsPermission.REGISTER,)),
            Line("政策咨询", "/consultations", "search", (AppealsPermission.READ,)),
            Line("接访", "/receptions", "people", (AppealsPermission.READ,)),
            Line("接访预约", "/appointments", "calendar", (AppealsPermission.REGISTER,)),
            Line("调解", "/mediations", "swap", (AppealsPermission.READ,)),
            Line("法律援助", "/legal-aid", "badge", (AppealsPermission.READ,)),
            Line("源头预警", "/alerts", "eye", (AppealsPermission.READ,)),
            Line("群众评价", "/ratings", "check", (RatingsPermission.READ,)),
            Line("检举控告", "/accusations", "lock", (AccusationsPermission.READ,)),
        ),
    ),
    (
        "优抚待遇",
        (
            Line("待遇找人", "/benefits/findings", "search", (BenefitsPermission.READ,)),
            Line("待遇申请", "/benefits/applications", "edit", (BenefitsPermission.READ,)),
            Line("年度确认", "/benefits/confirmations", "check", (BenefitsPermission.READ,)),
            Line("待遇落实率", "/benefits/take-up", "chart", (BenefitsPermission.READ,)),
            Line("批量测算", "/benefits/runs", "clock", (BenefitsPermission.RUN,)),
            Line("待遇项目", "/benefits/programmes", "list", (BenefitsPermission.READ,)),
            Line("待遇标准", "/benefits/parameters", "grid", (BenefitsPermission.READ,)),
            Line("标准变更", "/benefits/proposals", "edit", (BenefitsPermission.PROPOSE, BenefitsPermission.APPROVE)),
            Line("政策模拟", "/benefits/simulations", "chart", (BenefitsPermission.RUN,)),
        ),
    ),
    (
        "待遇发放",
        (
            Line("编制月度发放", "/benefits/draft", "plus", (PaymentsPermission.PREPARE,)),
            Line("发放批次", "/payments", "list", (PaymentsPermission.READ,)),
            Line("科目余额", "/payments/accounts", "chart", (PaymentsPermission.READ,)),
        ),
    ),
    (
        "优待证",
        (
            Line("办证看板", "/cards", "chart", (CardsPermission.READ,)),
            Line("申领", "/cards/applications", "list", (CardsPermission.READ,)),
            Line("登记申领", "/cards/applications/new", "plus", (CardsPermission.APPLY,)),
            Line("证卡", "/cards/list", "badge", (CardsPermission.READ,)),
            Line("批次交接", "/cards/batches", "swap", (CardsPermission.READ,)),
            Line("外部回执文件", "/cards/intake", "upload", (CardsPermission.INTAKE,)),
            Line("证件照制作", "/cards/photo-help", "user", (CardsPermission.READ,)),
        ),
    ),
    (
        "优待目录与崇军联盟",
        (
            Line("优待目录", "/preferences", "list", (OffersPermission.READ,)),
            Line("联盟商家", "/merchants", "building", (OffersPermission.READ,)),
            Line("商家分布", "/merchants/map", "map", (OffersPermission.READ,)),
            Line("优惠", "/offers", "badge", (OffersPermission.READ,)),
            Line("核销统计", "/redemptions", "chart", (OffersPermission.READ,)),
            Line("优待投诉", "/offer-complaints", "alert", (OffersPermission.READ,)),
            Line("核销异常", "/offer-findings", "eye", (OffersPermission.READ,)),
        ),
    ),
    (
        "政策库",
        (
            Line("政策库", "/policies", "list", (PoliciesPermission.READ,)),
            Line("常见问答", "/faq", "list", (PoliciesPermission.READ,)),
        ),
    ),
    (
        "小程序",
        (
            Line("小程序覆盖", "/mini-program", "phone", (CitizensPermission.READ,)),
            Line("绑定申请", "/bindings", "check", (CitizensPermission.BIND,)),
            Line("代办授权", "/authorities", "people", (CitizensPermission.READ,)),
            Line("信息采集", "/campaigns", "list", (CitizensPermission.READ,)),
            Line("解读与故事", "/stories", "badge", (NoticesPermission.PUBLISH,)),
            Line("招聘岗位", "/vacancies", "building", (EmploymentPermission.READ,)),
            Line("招聘会", "/fairs", "calendar", (EmploymentPermission.READ,)),
        ),
    ),
    (
        "网格化服务",
        (
            Line("挂钩联系覆盖", "/grid", "grid", (GridPermission.READ,)),
            Line("微网格", "/grid/cells", "cells", (GridPermission.READ,)),
            Line("工作交接", "/hand-over", "swap", (GridPermission.ASSIGN, WorkPermission.ASSIGN)),
        ),
    ),
    (
        "服务体系",
        (
            Line("服务中心(站)", "/stations", "building", (OrgsPermission.READ,)),
            Line("工作人员", "/staff", "badge", (OrgsPermission.READ,)),
            Line("领导接访日", "/reception-days", "calendar", (OrgsPermission.READ,)),
            Line("工作日历", "/calendar", "calendar", (OrgsPermission.READ,)),
            Line("区划", "/divisions", "map", (OrgsPermission.READ, OrgsPermission.RESTRUCTURE)),
        ),
    ),
    (
        "统计报告",
        (
            Line("五年工作报告", "/reports/five-year", "chart", (ReportsPermission.READ,)),
            Line("已封存报告", "/reports/sealed", "lock", (ReportsPermission.READ,)),
        ),
    ),
    (
        "系统",
        (
            Line("账号", "/users", "user", (AccountsPermission.READ, AccountsPermission.MANAGE)),
            Line("授权", "/grants", "key", (AccountsPermission.GRANT,)),
            Line(
                "角色一览",
                "/roles",
                "list",
                (AccountsPermission.READ, AccountsPermission.MANAGE, AccountsPermission.GRANT),
            ),
            Line("审计日志", "/audit", "eye", (AuditPermission.READ,)),
            Line("发送记录", "/messages/log", "list", (NoticesPermission.READ,)),
            Line("运行状态", "/system", "gear", (SystemPermission.OPERATE,)),
        ),
    ),
)


_FITS = 16
"""So many lines fit on a screen of 768 pixels."""


def menu_for(actor: Actor, path: str) -> list[dict[str, Any]]:
    """The sections and lines that this actor may open, the current one marked."""
    lines = [line for _, section in MENU for line in section if path == line.url or path.startswith(line.url + "/")]
    current = max(lines, key=lambda line: len(line.url), default=None)
    sections: list[dict[str, Any]] = []
    for label, section in MENU:
        items = [
            {"label": line.label, "url": line.url, "icon": line.icon, "is_current": line is current}
            for line in section
            if not line.permissions or any(actor.may(permission) for permission in line.permissions)
        ]
        if items:
            sections.append({"label": label, "items": items, "is_open": current in section})
    # Where everything fits, nothing is folded: folding is for those who have many lines.
    if sum(len(shown["items"]) for shown in sections) <= _FITS:
        for shown in sections:
            shown["is_open"] = True
    return sections
