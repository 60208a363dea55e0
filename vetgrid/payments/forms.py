"""Forms of payments."""

from typing import Any

from django import forms

from vetgrid.payments import bankfile
from vetgrid.payments.models import AccountNotice
from vetgrid.web.forms import DayField, Form, choices


class NothingForm(Form):
    """A step that asks for nothing but the decision."""


class NoteForm(Form):
    note = forms.CharField(label="说明", required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class ReasonForm(Form):
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class ReleaseForm(Form):
    format_key = forms.ChoiceField(label="银行文件格式", choices=())
    is_checked = forms.BooleanField(label="已核对笔数、金额和账户,确认放行付款")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("format_key", bankfile.choices("sent"))


class FormatForm(Form):
    format_key = forms.ChoiceField(label="银行文件格式", choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("format_key", bankfile.choices("sent"))


class ReturnForm(Form):
    format_key = forms.ChoiceField(label="回盘格式", choices=())
    file = forms.FileField(label="回盘文件", help_text="银行发来的原文件,不要用其他软件打开后另存。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("format_key", bankfile.choices("returned"))


class ReissueForm(Form):
    month = DayField(label="所属月份", help_text="选当月任意一天。")
    label = forms.CharField(label="批次名称", max_length=80)


class AccountNoticeForm(Form):
    kind = forms.ChoiceField(label="银行通知", choices=choices(list(AccountNotice.Kind.choices)))
    source = forms.CharField(label="来源", max_length=200, help_text="如银行函件的日期和文号。")
