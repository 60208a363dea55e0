"""Forms of the policy library."""

from django import forms

from vetgrid.policies.models import Policy
from vetgrid.web.forms import DayField, Form, choices


def _text(label: str, *, longest: int, rows: int, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=longest, widget=forms.Textarea(attrs={"rows": rows})
    )


class PolicyForm(Form):
    title = forms.CharField(label="名称", max_length=120)
    number = forms.CharField(label="文号", max_length=60, required=False)
    issuer = forms.CharField(label="发布机关", max_length=120)
    level = forms.ChoiceField(label="层级", choices=choices(list(Policy.Level.choices)))
    issued_on = DayField(label="发布日期")
    effective_from = DayField(label="施行日期")
    summary = forms.CharField(label="摘要", max_length=500, required=False)
    text = _text("正文(按“第…条”自动分条)", longest=200000, rows=14)


class EndForm(Form):
    effective_to = DayField(label="最后施行日期")


class ExplainForm(Form):
    explanation = _text("白话解释", longest=5000, rows=4, required=False)


class ReplaceForm(Form):
    effective_from = DayField(label="新版本施行日期")
    text = _text("修订后的内容", longest=20000, rows=8)


class FaqForm(Form):
    question = _text("问题", longest=1000, rows=2)
    answer = _text("答复", longest=2000, rows=5)


class DecisionForm(Form):
    refusal = _text("不采用的理由", longest=300, rows=2, required=False)
