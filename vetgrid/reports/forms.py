"""Forms of the report pages."""

from django import forms

from vetgrid.web.forms import DayField, Form


class PeriodForm(Form):
    from_on = DayField(label="从", required=False)
    to_on = DayField(label="到", required=False)


class SealForm(Form):
    title = forms.CharField(label="报告名称", max_length=120)
    from_on = DayField(label="从")
    to_on = DayField(label="到")
