"""Forms of appeals and their neighbours; what may follow from the state is decided by `states`, not here."""

from datetime import date
from typing import Any

from django import forms

from vetgrid.appeals.models import Appeal, Mediation
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.orgs.models import Station
from vetgrid.web.forms import DayField, Form, choices


def _codes(table: str) -> list[tuple[str, str]]:
    return choices(codes(table).choices(on=today()))


def station_choices(stations: list[Station], *, first: str = "请选择") -> list[tuple[str, str]]:
    return [("", first), *((str(row.id), row.name) for row in stations)]


def text_field(
    label: str, *, required: bool = True, longest: int = 6000, rows: int = 4, help_text: str = ""
) -> forms.CharField:
    """A text of several lines. The action checks the real limit, with a sentence that says how long it was."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=longest,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class _WithStation(Form):
    """A form that names one of the stations at which the clerk may register."""

    def __init__(self, *args: Any, stations: list[Station], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("station", station_choices(stations))
        if stations:
            self.fields["station"].initial = str(stations[0].id)


class AppealForm(_WithStation):
    station = forms.ChoiceField(label="登记服务站")
    kind = forms.ChoiceField(label="诉求种类", choices=Appeal.Kind.choices)
    channel = forms.ChoiceField(label="反映渠道", choices=Appeal.Channel.choices)
    category = forms.ChoiceField(label="事项类别")
    received_on = DayField(label="收到日期")
    title = forms.CharField(label="事项", max_length=80, help_text="一句话概括,例如“补发2022年立功奖励金”。")
    text = text_field("经过和理由", longest=60000, rows=6)
    wish = text_field("请求", required=False, longest=500, rows=2)
    applicant = forms.CharField(label="反映人", max_length=40, required=False)
    phone = forms.CharField(label="联系电话", max_length=20, required=False)
    address = forms.CharField(label="住址", max_length=120, required=False)
    is_anonymous = forms.BooleanField(label="匿名反映", required=False)
    speaker = forms.CharField(label="代为反映人", max_length=40, required=False, help_text="亲属或专干代为反映时填写。")
    relation = forms.ChoiceField(label="与本人的关系", required=False)
    people = forms.IntegerField(label="人数", min_value=1, max_value=9999, initial=1)
    representatives = text_field(
        "代表",
        required=False,
        longest=600,
        rows=2,
        help_text="多人反映时,每行一位:姓名 电话。最多5人(信访工作条例第二十条)。",
    )
    source_number = forms.CharField(label="热线工单编号", max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("category", _codes("appeal_category"))
        self.set_choices("relation", _codes("appeal_relation"))
        self.fields["received_on"].initial = today()
        for name in ("title", "text", "wish", "representatives"):
            self.fields[name].widget.attrs["class"] = "wide"


class AccusationForm(_WithStation):
    station = forms.ChoiceField(label="登记服务站")
    channel = forms.ChoiceField(label="反映渠道", choices=Appeal.Channel.choices)
    received_on = DayField(label="收到日期")
    accused_name = forms.CharField(label="被检举人或单位", max_length=80, required=False)
    accused = forms.ChoiceField(label="如是系统内工作人员", required=False)
    accused_station = forms.ChoiceField(label="如是服务站", required=False)
    text = text_field("检举控告内容", longest=60000, rows=8)
    accuser = forms.CharField(
        label="反映人姓名、电话", max_length=80, required=False, help_text="实名的填写;加密保存。"
    )
    is_anonymous = forms.BooleanField(label="匿名", required=False)

    def __init__(self, *args: Any, staff: list[tuple[str, str]], every: list[Station], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("accused", [("", "不是"), *staff])
        self.set_choices("accused_station", station_choices(every, first="不是"))
        self.fields["received_on"].initial = today()


class NoteForm(Form):
    note = text_field("说明", longest=6000)


class OptionalNoteForm(Form):
    note = text_field("说明", required=False, longest=1000)


class ReasonForm(Form):
    reason = text_field("理由", longest=6000)


class RefuseForm(Form):
    reason = forms.ChoiceField(label="不予受理的理由")
    note = text_field("告知的途径", help_text="对方可以向哪里提出,例如“可依法向人民法院起诉”。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("reason", _codes("appeal_refusal"))


class StationForm(Form):
    station = forms.ChoiceField(label="服务站")
    note = text_field("理由和要求")

    def __init__(self, *args: Any, stations: list[Station], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("station", station_choices(stations))


class OpinionForm(Form):
    opinion = forms.ChoiceField(label="处理意见", choices=choices(list(Appeal.Opinion.choices)))
    facts = text_field("查明的事实")
    law = text_field("依据", rows=2, help_text="法律、法规或政策的名称和条款,可从政策库查找。")
    answer = text_field("答复内容")
    is_solved = forms.BooleanField(label="实际困难已解决(计入报告)", required=False)
    promise = forms.CharField(label="承诺事项", max_length=200, required=False, help_text="答应以后办的事,到期会提醒。")
    promised_on = DayField(label="承诺完成日期", required=False)


class ReviewForm(Form):
    facts = text_field("查明的事实")
    law = text_field("依据", rows=2)
    answer = text_field("意见")


class LeaderForm(Form):
    leader = forms.ChoiceField(label="包案领导")
    note = text_field("说明", required=False, rows=2)

    def __init__(self, *args: Any, leaders: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("leader", choices([(str(row.id), row.name) for row in leaders]))


class AttachForm(Form):
    file = forms.FileField(label="文件", help_text="PDF、JPG、PNG、Word、Excel,最大10MB。", allow_empty_file=True)


class RatingForm(Form):
    level = forms.TypedChoiceField(label="满意程度", coerce=int, choices=(), widget=forms.RadioSelect)
    aspects = forms.MultipleChoiceField(label="主要因为", required=False, widget=forms.CheckboxSelectMultiple)
    comment = text_field("意见和建议", required=False, longest=2000, rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from vetgrid.appeals.models import Rating

        super().__init__(*args, **kwargs)
        self.set_choices("level", sorted(Rating.Level.choices, reverse=True))
        self.set_choices("aspects", codes("rating_aspect").choices(on=today()))


class RectifyForm(Form):
    note = text_field("整改措施")
    called_back_on = DayField(label="回访日期", required=False)


class ConsultationForm(_WithStation):
    station = forms.ChoiceField(label="登记服务站")
    channel = forms.ChoiceField(label="咨询渠道", choices=Appeal.Channel.choices)
    question = text_field("咨询的问题", longest=20000, rows=3)
    asker = forms.CharField(label="咨询人", max_length=40, required=False)
    phone = forms.CharField(label="联系电话", max_length=20, required=False)


class AnswerForm(Form):
    answer = text_field("答复", longest=20000, rows=6)
    clauses = forms.MultipleChoiceField(label="引用的条款", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, clauses: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("clauses", clauses)


class RaiseForm(Form):
    title = forms.CharField(label="事项", max_length=80)
    category = forms.ChoiceField(label="事项类别")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("category", _codes("appeal_category"))


class StaffForm(Form):
    staff = forms.ChoiceField(label="转给")

    def __init__(self, *args: Any, staff: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("staff", staff)


class ReceptionForm(_WithStation):
    station = forms.ChoiceField(label="接访服务站")
    on = DayField(label="接访日期")
    channel = forms.ChoiceField(label="来访方式", choices=Appeal.Channel.choices)
    visitor = forms.CharField(label="来访人", max_length=40, required=False)
    people = forms.IntegerField(label="人次", min_value=1, max_value=999, initial=1)
    topic = forms.CharField(label="来访事由", max_length=120)
    outcome = text_field("接待情况", required=False, longest=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today()


class BookingForm(Form):
    visitor = forms.CharField(label="来访人", max_length=40)
    phone = forms.CharField(label="联系电话", max_length=20, required=False)
    people = forms.IntegerField(label="人数", min_value=1, max_value=5, initial=1)
    topic = forms.CharField(label="想反映的事项", max_length=120)


class OutcomeForm(_WithStation):
    station = forms.ChoiceField(label="接访服务站")
    outcome = text_field("接访情况和处理意见", longest=500)


class MediationForm(_WithStation):
    station = forms.ChoiceField(label="调解组织所在服务站")
    kind = forms.ChoiceField(label="调解种类", choices=Mediation.Kind.choices)
    category = forms.ChoiceField(label="纠纷类别")
    title = forms.CharField(label="纠纷", max_length=80)
    facts = text_field("经过和各方要求", longest=60000, rows=6)
    parties = text_field("当事人", longest=600, rows=3, help_text="每行一方:姓名 电话。至少两方。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("category", _codes("appeal_category"))


class MediatorsForm(Form):
    mediators = text_field("调解员", longest=300, rows=2, help_text="每行一位。")
    is_chosen = forms.BooleanField(label="由当事人选择", required=False)


class SittingForm(Form):
    on = DayField(label="调解日期")
    place = forms.CharField(label="地点", max_length=80)
    text = text_field("调解情况", longest=5000)


class AgreementForm(Form):
    agreed_on = DayField(label="协议日期")
    is_oral = forms.BooleanField(label="口头协议(已记录)", required=False)
    content = text_field("协议内容", longest=5000, rows=5)
    performances = text_field(
        "履行事项",
        required=False,
        longest=2000,
        rows=3,
        help_text="每行一项:日期 事项,例如“2024-03-01 支付工资2000元”。",
    )

    def clean_performances(self) -> list[tuple[str, date]]:
        found = []
        for line in self.cleaned_data["performances"].splitlines():
            day, _, what = line.strip().partition(" ")
            if not line.strip():
                continue
            try:
                found.append((what.strip(), date.fromisoformat(day)))
            except ValueError as error:
                raise forms.ValidationError(
                    f"“{line.strip()[:20]}”不能识别:每行先写日期如2024-03-01,空一格,再写事项。"
                ) from error
            if not what.strip():
                raise forms.ValidationError("每行日期后面要写明履行什么。")
        return found


class PerformanceForm(Form):
    is_done = forms.ChoiceField(label="检查结果", choices=[("1", "已履行"), ("", "没有履行")], required=False)
    note = text_field("说明", required=False, longest=200, rows=2)


class DayForm(Form):
    on = DayField(label="日期")


class CourtForm(Form):
    court_number = forms.CharField(label="巡回法庭收案编号或联系人", max_length=60)


class AidForm(_WithStation):
    station = forms.ChoiceField(label="登记服务站")
    matter = forms.ChoiceField(label="援助事项")
    applicant = forms.CharField(label="申请人", max_length=40, required=False)
    phone = forms.CharField(label="联系电话", max_length=20, required=False)
    facts = text_field("案情和请求", longest=60000, rows=6)
    is_urgent = forms.BooleanField(label="情况紧急,先行援助", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("matter", _codes("aid_matter"))


class AidDecisionForm(Form):
    is_granted = forms.ChoiceField(label="决定", choices=[("1", "给予援助"), ("", "不予援助")], required=False)
    has_passed_means = forms.ChoiceField(
        label="经济困难核查", required=False, choices=[("", "未核查"), ("1", "符合"), ("0", "不符合")]
    )
    reason = text_field("理由", required=False, longest=300, rows=2)


class LawyerForm(Form):
    lawyer = forms.CharField(label="律师或法律工作者", max_length=60)


class ResultForm(Form):
    result = text_field("援助结果", longest=300, rows=3)


class ConclusionForm(Form):
    conclusion = text_field("核查情况和处理结果", longest=300, rows=3)


def lines_of_people(text: str) -> tuple[tuple[str, str], ...]:
    """Each line 'name phone' as a pair."""
    found = []
    for line in text.splitlines():
        name, _, phone = line.strip().partition(" ")
        if name:
            found.append((name.strip(), phone.strip()))
    return tuple(found)
