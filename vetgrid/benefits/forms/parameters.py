"""Ask: what a change of values rests on, and what a simulation assumes; the cells themselves stand in grids."""

from typing import Any

from django import forms

from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.proposing import TRUST_LABELS
from vetgrid.benefits.simulating import OLDEST
from vetgrid.core.actor import Actor
from vetgrid.core.places import Level
from vetgrid.core.ruling.months import read_month
from vetgrid.orgs.names import choices_within
from vetgrid.web.forms import DayField, Form, choices

_SETS_VALUES = (Level.NATION, Level.PROVINCE, Level.PREFECTURE, Level.COUNTY)


class MonthInput(forms.DateInput):
    """A month with the browser's own chooser."""

    input_type = "month"


class MonthField(forms.CharField):
    """'2024-01' as the number of the month."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=7, widget=MonthInput(), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            month = read_month(text)
        except ValueError as error:
            raise forms.ValidationError("月份请写成 2024-01。") from error
        if not 1949 * 12 <= month < 2100 * 12:
            raise forms.ValidationError("年份请填1949到2099。")
        return month


class ProposalForm(Form):
    """What is said once for all cells."""

    label = forms.CharField(label="变更名称", max_length=80, help_text="例如:2024年8月提标")
    document = forms.CharField(label="依据文件", max_length=200, help_text="文件名称和文号,会显示在每个标准旁边")
    trust = forms.ChoiceField(label="来源", choices=choices(list(TRUST_LABELS.items())))
    effective_on = DayField(label="执行日期", help_text="从这天所在的月份起按新标准计算")
    known_since = DayField(label="公布日期", help_text="文件公布的日期,不晚于今天")
    explanation = forms.CharField(
        label="对提示的说明",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="核对出提示时必填;没有提示可以不填",
    )


class ReasonForm(Form):
    """Why a change is sent back."""

    reason = forms.CharField(label="退回理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class WithdrawForm(Form):
    """Why a change is taken back."""

    reason = forms.CharField(label="撤回原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class SimulationForm(Form):
    """The frame of a simulation: months, places, age."""

    label = forms.CharField(label="模拟名称", max_length=80, help_text="例如:参战补助提高10%")
    first = MonthField(label="从哪个月")
    last = MonthField(label="到哪个月", help_text="含这个月,最多36个月")
    ageing_years = forms.IntegerField(
        label="人口老化几年",
        initial=0,
        min_value=0,
        max_value=OLDEST,
        help_text="每个人的年龄加上这么多年,其他情况不变;不模拟填0",
    )
    places = forms.MultipleChoiceField(
        label="测算范围",
        required=False,
        choices=(),
        widget=forms.CheckboxSelectMultiple,
        help_text="不选就是您管辖的全部地方",
    )

    def __init__(self, *args: Any, seen_by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reach = seen_by.places(BenefitsPermission.RUN)
        self.set_choices("places", choices_within(reach, levels=[Level.TOWN]))


def proposer_places(by: Actor) -> list[tuple[str, str]]:
    """Where this person may propose values."""
    return choices_within(by.places(BenefitsPermission.PROPOSE), levels=_SETS_VALUES)
