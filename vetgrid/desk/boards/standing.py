"""The standing sentences, each with its checks, their texts and the way to mend them."""

from datetime import timedelta
from functools import partial

from django.db.models import F

from vetgrid.appeals.models import Consultation, JointPart, LegalAid, Mediation
from vetgrid.appeals.permissions import AccusationsPermission, AppealsPermission
from vetgrid.core.clock import now
from vetgrid.core.reach import within
from vetgrid.desk.boards import finders
from vetgrid.desk.boards.checks import Board, Check
from vetgrid.grid.permissions import GridPermission
from vetgrid.grid.queries import without_contact
from vetgrid.notices.models import Notice
from vetgrid.notices.permissions import NoticesPermission
from vetgrid.orgs.models import ReceptionDay
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.queries.books import WRONG
from vetgrid.work.permissions import WorkPermission

_STUCK = timedelta(hours=1)


_W, _A = WorkPermission.READ, AppealsPermission.READ
_FIX = "补齐责任人和日期"

BOARDS: tuple[Board, ...] = (
    Board(
        "contacts",
        "每位在册退役军人都有责任联系人和备岗联系人",
        (
            Check(
                "no-contact",
                "没有归属微网格",
                GridPermission.READ,
                lambda seen_by, today: without_contact(seen_by=seen_by),
                lambda row: row.name,
                lambda row: f"/people/{row.id}",
                "归入默认微网格",
            ),
            Check(
                "no-contact-duty",
                "所在微网格没有责任联系人",
                GridPermission.READ,
                finders.no_contact_duty,
                lambda row: row.name,
                lambda row: "/grid/cells",
            ),
            Check(
                "no-deputy",
                "所在微网格没有备岗联系人",
                GridPermission.READ,
                finders.no_deputy,
                lambda row: row.name,
                lambda row: "/grid/cells",
            ),
            Check(
                "closed-cell",
                "归属的微网格已关闭",
                GridPermission.READ,
                finders.closed_cells,
                lambda row: f"{row.person.name}({row.cell.name})",
                lambda row: f"/people/{row.person_id}",
            ),
        ),
    ),
    Board(
        "owners",
        "每件未办结的事项都有责任人、备岗人和下一步日期",
        (
            Check(
                "no-owner",
                "没有责任人",
                _W,
                lambda s, t: finders.items(s).filter(owner=None),
                finders.item(""),
                finders.item_url,
                _FIX,
            ),
            Check(
                "no-date",
                "没有下一步日期",
                _W,
                lambda s, t: finders.items(s).filter(next_on=None),
                finders.item(""),
                finders.item_url,
                _FIX,
            ),
            Check(
                "no-item-deputy",
                "没有备岗人",
                _W,
                lambda s, t: finders.items(s).filter(deputy=None),
                finders.item(""),
                finders.item_url,
                _FIX,
            ),
            Check(
                "self-deputy",
                "责任人和备岗人是同一个人",
                _W,
                lambda s, t: finders.items(s).filter(deputy=F("owner")),
                finders.item(""),
                finders.item_url,
                _FIX,
            ),
            Check(
                "appeal-without-item",
                "诉求没有待办事项",
                _A,
                finders.open_appeals,
                lambda r: f"{r.number} {r.title}",
                lambda r: f"/appeals/{r.id}",
                "重新生成事项",
            ),
            Check(
                "consultation-without-item",
                "咨询没有待办事项",
                _A,
                lambda s, t: finders.without_item(finders.mine(Consultation, s).filter(state="asked"), "consultation"),
                lambda r: f"{r.number} {r.question[:30]}",
                lambda r: f"/consultations/{r.id}",
                "重新生成事项",
            ),
            Check(
                "mediation-without-item",
                "调解没有待办事项",
                _A,
                lambda s, t: finders.without_item(
                    finders.mine(Mediation, s).filter(state__in=("applied", "consented", "agreed")), "mediation"
                ),
                lambda r: f"{r.number} {r.title}",
                lambda r: f"/mediations/{r.id}",
                "重新生成事项",
            ),
            Check(
                "aid-without-item",
                "法律援助没有待办事项",
                _A,
                lambda s, t: finders.without_item(
                    finders.mine(LegalAid, s).filter(state__in=("applied", "granted", "assigned")), "legal_aid"
                ),
                lambda r: f"{r.number} {r.applicant}",
                lambda r: f"/legal-aid/{r.id}",
                "重新生成事项",
            ),
            Check(
                "part-without-item",
                "协办没有待办事项",
                _A,
                lambda s, t: finders.without_item(finders.mine(JointPart, s).filter(done_on=None), "joint_part"),
                lambda r: r.asked[:40],
                lambda r: f"/appeals/parts/{r.id}",
                "重新生成事项",
            ),
        ),
    ),
    Board(
        "departed",
        "没有工作压在离岗、调走的人或撤销的服务站手里",
        (
            Check(
                "owner-left",
                "责任人已离岗",
                _W,
                lambda s, t: finders.items(s).filter(owner__ended_on__isnull=False),
                finders.item(""),
                finders.item_url,
                _FIX,
            ),
            Check(
                "owner-elsewhere",
                "责任人在这里没有岗位",
                _W,
                lambda s, t: (
                    finders.items(s)
                    .filter(owner__ended_on=None)
                    .exclude(owner=None)
                    .filter(~finders.serves("owner_id"))
                ),
                finders.item(""),
                finders.item_url,
                _FIX,
            ),
            Check(
                "deputy-left",
                "备岗人已离岗",
                _W,
                lambda s, t: finders.items(s).filter(deputy__ended_on__isnull=False),
                finders.item(""),
                finders.item_url,
                _FIX,
            ),
            Check(
                "station-closed",
                "承办服务站已撤销",
                _W,
                lambda s, t: finders.items(s).filter(station__closed_on__isnull=False),
                finders.item(""),
                finders.item_url,
                _FIX,
            ),
            Check(
                "station-elsewhere",
                "事项和服务站不在同一个地方",
                _W,
                lambda s, t: finders.items(s).exclude(station__division=F("division")),
                finders.item(""),
                finders.item_url,
                _FIX,
            ),
            Check(
                "accusation-unowned",
                "检举控告没有在任的责任人",
                AccusationsPermission.READ,
                finders.unowned_accusations,
                lambda r: f"{r.number}(保密)",
                lambda r: f"/accusations/{r.id}",
                "由我接办",
            ),
            Check("no-account", "责任人的账号已停用", _W, finders.without_account, finders.item(""), finders.item_url),
            Check(
                "duty-left",
                "网格责任人已离岗",
                GridPermission.READ,
                lambda s, t: finders.duties(s).filter(staff__ended_on__isnull=False),
                lambda r: f"{r.staff.name}({r.get_kind_display()})",
                lambda r: f"/hand-over?staff={r.staff_id}",
            ),
            Check(
                "duty-elsewhere",
                "网格责任人在这里没有岗位",
                GridPermission.READ,
                lambda s, t: finders.duties(s).filter(staff__ended_on=None).filter(~finders.serves("staff_id")),
                lambda r: f"{r.staff.name}({r.get_kind_display()})",
                lambda r: f"/hand-over?staff={r.staff_id}",
            ),
            Check(
                "day-left",
                "接访领导已离岗",
                OrgsPermission.READ,
                lambda s, t: within(
                    ReceptionDay.objects.filter(on__gte=t, cancelled_at=None, leader__ended_on__isnull=False),
                    s.places(OrgsPermission.READ),
                ).select_related("leader"),
                lambda r: f"{r.on} {r.leader.name}",
                lambda r: f"/hand-over?staff={r.leader_id}",
            ),
            Check(
                "staffless",
                "服务站没有在岗人员",
                OrgsPermission.READ,
                finders.staffless,
                lambda r: r.name,
                lambda r: f"/stations/{r.id}",
            ),
        ),
    ),
    Board(
        "told",
        "没有超期而没有人知道的事项,时钟都走得准",
        (
            Check("untold", "已超期,还没有提醒", _W, finders.untold, finders.item(""), finders.item_url, "现在提醒"),
            Check(
                "unreminded",
                "下一步已过期,还没有提醒",
                _W,
                finders.unreminded,
                finders.item(""),
                finders.item_url,
                "现在提醒",
            ),
            Check(
                "undeliverable",
                "提醒没有人接收(岗位空缺)",
                _W,
                finders.undeliverable,
                lambda r: f"{r.item.title}({r.step})",
                lambda r: "/staff",
            ),
            Check(
                "no-clock", "计时中但没有时钟", _W, finders.running_without_clock, finders.item(""), finders.item_url
            ),
            Check(
                "provisional",
                "到期日暂定:国家日历尚未公布",
                _W,
                lambda s, t: finders.items(s).filter(is_provisional=True),
                finders.item(""),
                lambda r: "/calendar",
            ),
            Check(
                "stuck",
                "消息排队超过一小时没有发出",
                NoticesPermission.READ,
                lambda s, t: within(
                    Notice.objects.filter(state="queued", made_at__lt=now() - _STUCK, is_confidential=False),
                    s.places(NoticesPermission.READ),
                ).order_by("made_at"),
                lambda r: r.title,
                lambda r: "/messages/log?state=queued",
            ),
        ),
    ),
    Board(
        "books",
        "台账、批次、明细和银行文件处处相符",
        tuple(
            Check(
                wrong.key,
                wrong.sentence,
                PaymentsPermission.READ,
                partial(finders.wrong_in_the_books, wrong),
                finders.book_row,
                finders.book_url,
            )
            for wrong in WRONG
        ),
    ),
)
