"""Ask: facts, applications, moves of an award, confirmations, deaths, batches."""

from typing import Any

from django import forms

from vetgrid.benefits.models import Confirmation
from vetgrid.benefits.sources import book
from vetgrid.core.codes import codes
from vetgrid.core.ruling.months import iso, read_month
from vetgrid.core.ruling.rulebook import Programme
from vetgrid.core.ruling.vocabulary import Fact, Kind
from vetgrid.web.forms import DayField, Form, choices


class MonthField(forms.CharField):
    """A month written 2023-08; gives its number, or None when empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=7, **kwargs)
        self.widget.attrs |= {"placeholder": "2023-08", "inputmode": "numeric"}

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_month(text)
        except ValueError as error:
            raise forms.ValidationError("月份请写成 2023-08。") from error

    def prepare_value(self, value: Any) -> Any:
        return iso(value) if isinstance(value, int) else value


class FactForm(Form):
    """One group of facts; the fields follow the vocabulary."""

    from_month = MonthField(label="从哪个月起", required=False, help_text="一直如此就不填。")
    to_month = MonthField(label="到哪个月不再如此", required=False, help_text="现在仍如此就不填。")
    source = forms.ChoiceField(label="来源")
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, group: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        for fact in book().vocabulary.of_group(group):
            self.fields[fact.key] = _field(fact)
        self.order_fields([*(fact.key for fact in book().vocabulary.of_group(group)), "from_month", "to_month"])
        self.set_choices("source", choices([(code.code, code.label) for code in codes("source").codes]))

    def values(self) -> dict[str, str]:
        keys = [fact.key for fact in book().vocabulary.of_group(self.group)]
        return {key: str(self.cleaned_data.get(key) or "") for key in keys}


def _field(fact: Fact) -> forms.Field:
    if fact.kind is Kind.CODE:
        return forms.ChoiceField(
            label=fact.label, required=False, choices=choices(list(zip(fact.codes[1:], fact.labels[1:], strict=True)))
        )
    if fact.kind is Kind.FLAG:
        return forms.ChoiceField(label=fact.label, required=False, choices=choices([("true", "是"), ("false", "否")]))
    label = fact.label.replace("(分)", "(元)")
    hint = {"placeholder": "2023-08"} if fact.kind is Kind.MONTH else {}
    return forms.CharField(label=label, required=False, max_length=20, widget=forms.TextInput(attrs=hint))


class ApplyForm(Form):
    """An application."""

    programme = forms.ChoiceField(label="待遇项目")
    from_month = MonthField(label="从哪个月起")
    channel = forms.ChoiceField(label="申请渠道")
    note = forms.CharField(label="备注", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes = [(one.key, one.label) for one in book().programmes.values()]
        self.set_choices("programme", choices(programmes))
        found = [(code.code, code.label) for code in codes("application_channel").codes if code.code != "finding"]
        self.set_choices("channel", choices(found))


class PapersForm(Form):
    """Which papers are there."""

    papers = forms.MultipleChoiceField(label="已收到的材料", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("papers", [(paper, paper) for paper in programme.papers])


class ReasonForm(Form):
    """A reason in words."""

    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class NoteForm(Form):
    """A note that may be left out."""

    note = forms.CharField(label="说明", max_length=500, required=False)


class ChangeForm(Form):
    """From which month an award changes, why and by which article."""

    month = MonthField(label="从哪个月起")
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    article = forms.CharField(label="依据的条款", max_length=120, required=False)


class MoveOutForm(Form):
    """When somebody left for another county."""

    moved_on = DayField(label="户籍迁出日期")
    reason = forms.CharField(label="迁往何处", max_length=200)


class MoveInForm(Form):
    """What the other county's letter says of somebody who moved here."""

    programme = forms.ChoiceField(label="接续的待遇")
    moved_on = DayField(label="户籍迁入日期")
    from_place = forms.CharField(label="从哪个县(市、区)迁来", max_length=80)
    paid_until = MonthField(label="原地发放至", help_text="转移证明上写明的最后一个月。")
    paid_yuan = forms.DecimalField(label="原地每月金额(元)", max_digits=12, decimal_places=2, min_value=0)
    document = forms.CharField(label="转移证明", max_length=200, help_text="名称、文号和日期。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes = [(one.key, one.label) for one in book().programmes.values() if one.frequency == "monthly"]
        self.set_choices("programme", choices(programmes))


class ConfirmForm(Form):
    """How and when somebody was confirmed."""

    way = forms.ChoiceField(label="确认方式", choices=choices(list(Confirmation.Way.choices)))
    confirmed_on = DayField(label="确认日期")
    note = forms.CharField(label="说明", max_length=200, required=False)


class DeathForm(Form):
    """What one source says of a death."""

    source = forms.ChoiceField(label="信息来源")
    died_on = DayField(label="去世日期")
    kind = forms.ChoiceField(label="去世原因", required=False)
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [(code.code, code.label) for code in codes("death_source").codes if code.code != "registry"]
        self.set_choices("source", choices(found))
        fact = book().vocabulary["death_kind"]
        kinds = list(zip(fact.codes[1:], fact.labels[1:], strict=True))
        self.set_choices("kind", choices(kinds, first="不清楚"))


class RunForm(Form):
    """A batch over everybody of a place."""

    division = forms.ChoiceField(label="范围")
    month = MonthField(label="从哪个月起")
    months = forms.IntegerField(label="几个月", min_value=1, max_value=12, initial=1)

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("division", places)


class DecideForm(Form):
    """A decision for a month, as known on a day."""

    programme = forms.ChoiceField(label="待遇项目")
    month = MonthField(label="月份")
    known_on = DayField(label="按哪一天所知", required=False, help_text="不填按今天。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes = [(one.key, one.label) for one in book().programmes.values()]
        self.set_choices("programme", choices(programmes))


class DraftForm(Form):
    """The month that a pay run is for."""

    month = MonthField(label="发放月份")
