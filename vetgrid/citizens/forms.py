"""Forms of this domain: deciding a binding, an authority, a campaign with its questions, and a form made from an act's own shape."""

from datetime import date
from typing import Any

from django import forms

from vetgrid.citizens import rules
from vetgrid.core.actor import Citizen
from vetgrid.core.acts import Act
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.web.forms import DayField, Form, choices

BLANK_LINES = 5


class BindingForm(Form):
    proof_kind = forms.ChoiceField(label="核实时看过的证件", required=False)
    note = forms.CharField(label="说明", max_length=200, required=False, help_text="不通过时必填,申请人会看到。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("proof_kind", choices(codes("proof_kind").choices(on=today())))


class ReasonForm(Form):
    reason = forms.CharField(label="原因", max_length=40)


class AuthorityForm(Form):
    helper_name = forms.CharField(label="代办人姓名", max_length=40)
    helper_phone = forms.CharField(
        label="代办人手机号", max_length=20, help_text="代办人用这个手机号登录小程序即可代办。"
    )
    relation = forms.ChoiceField(label="与本人的关系")
    to_on = DayField(label="截止日期", help_text="最长一年,到期可以再授权。")
    proof_kind = forms.ChoiceField(label="看过的证明")
    proof_note = forms.CharField(label="证明说明", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, table in (("relation", "appeal_relation"), ("proof_kind", "proof_kind")):
            self.set_choices(name, choices(codes(table).choices(on=today())))


class CampaignForm(Form):
    title = forms.CharField(label="名称", max_length=80)
    intro = forms.CharField(label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    opens_on = DayField(label="开始日期")
    closes_on = DayField(label="截止日期")
    veterans_only = forms.BooleanField(label="只面向退役军人", required=False, initial=True)


def question_lines(data: Any, *, more: bool) -> list[dict[str, Any]]:
    """The typed lines of a form as they stand on the page; `more` adds empty ones."""
    count = min(_whole(data.get("lines")), 60)
    lines = [
        {
            "label": data.get(f"label-{at}", "")[:60],
            "kind": data.get(f"kind-{at}", "text"),
            "is_required": f"required-{at}" in data,
            "options": data.get(f"options-{at}", "")[:1000],
        }
        for at in range(count)
    ]
    return lines + blank_lines() if more else lines


def lines_of(questions: list[rules.Question]) -> list[dict[str, Any]]:
    return [
        {
            "label": question.label,
            "kind": question.kind,
            "is_required": question.is_required,
            "options": "、".join(question.options),
        }
        for question in questions
    ]


def blank_lines() -> list[dict[str, Any]]:
    return [{"label": "", "kind": "text", "is_required": False, "options": ""} for _ in range(BLANK_LINES)]


def questions_from(lines: list[dict[str, Any]]) -> list[rules.Question]:
    """The questions of the lines that have a label; keys count from q1 in the order of the page."""
    filled = [line for line in lines if line["label"].strip()]
    return [
        rules.Question(
            f"q{at}",
            line["label"].strip(),
            line["kind"],
            line["is_required"],
            tuple(
                part.strip()
                for part in line["options"].replace(",", "、").replace("，", "、").split("、")
                if part.strip()
            ),
        )
        for at, line in enumerate(filled, start=1)
    ]


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else 0


class ActForm(Form):
    """A form made from an act: its ids are chosen from the person's own rows, its body field by field."""

    def __init__(self, act: Act, citizen: Citizen, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.act = act
        schema = act.shape.model_json_schema()
        self.body_keys: list[str] = []
        for name in schema.get("properties", {}):
            if name == "body":
                continue
            options = act.choices[name](citizen) if name in act.choices else []
            self.fields[name] = forms.ChoiceField(label="办理哪一件", choices=choices(options))
        reference = schema.get("properties", {}).get("body", {}).get("$ref", "").rpartition("/")[2]
        body = schema.get("$defs", {}).get(reference, {})
        for name, shape in body.get("properties", {}).items():
            made = _field(name, shape, is_required=name in body.get("required", []))
            if made is not None:
                self.fields[name] = made
                self.body_keys.append(name)

    def values(self) -> dict[str, Any]:
        """What the act wants: ids by name, the body's filled fields under `body`."""
        found = {name: value for name, value in self.cleaned_data.items() if name not in self.body_keys}
        if self.body_keys:
            found["body"] = {
                name: self.cleaned_data[name]
                for name in self.body_keys
                if self.cleaned_data[name] not in ("", None) or self.fields[name].required
            }
        return found


class ReplyForm(Form):
    """A campaign's form at the counter, made from its questions."""

    def __init__(self, questions: list[rules.Question], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[question.key] = _question_field(question)

    def values(self) -> dict[str, Any]:
        """The filled answers as the form's JSON Schema wants them."""
        found = {key: value for key, value in self.cleaned_data.items() if value not in ("", None, [])}
        return {key: value.isoformat() if isinstance(value, date) else value for key, value in found.items()}


def _question_field(question: rules.Question) -> forms.Field:
    shared: dict[str, Any] = {"label": question.label, "required": question.is_required, "help_text": question.hint}
    pairs = [(option, option) for option in question.options]
    match question.kind:
        case "number":
            return forms.IntegerField(min_value=-1_000_000_000, max_value=1_000_000_000, **shared)
        case "day":
            return DayField(**shared)
        case "yes":
            return forms.TypedChoiceField(
                choices=choices([("1", "是"), ("0", "否")]), coerce=lambda text: text == "1", empty_value=None, **shared
            )
        case "one":
            return forms.ChoiceField(choices=choices(pairs), **shared)
        case "many":
            return forms.MultipleChoiceField(choices=pairs, widget=forms.SelectMultiple, **shared)
        case _:
            widget = forms.Textarea(attrs={"rows": 3}) if question.kind == "long" else forms.TextInput()
            return forms.CharField(max_length=rules.LONGEST[question.kind], widget=widget, **shared)


def _field(name: str, shape: dict[str, Any], *, is_required: bool) -> forms.Field | None:
    """A form field for one property; None for what a counter form does not ask (lists of uploads)."""
    label = str(shape.get("title", name))
    if "x-table" in shape:
        options = choices(codes(shape["x-table"]).choices(on=today()))
        return forms.ChoiceField(label=label, required=is_required, choices=options)
    if "enum" in shape:
        labels = shape.get("x-labels", shape["enum"])
        return forms.ChoiceField(
            label=label, required=is_required, choices=list(zip(shape["enum"], labels, strict=True))
        )
    match shape.get("type"):
        case "integer" if "x-labels" in shape:
            pairs = [(str(at), text) for at, text in enumerate(shape["x-labels"], start=1)]
            return forms.ChoiceField(label=label, required=is_required, choices=choices(pairs))
        case "integer":
            return forms.IntegerField(label=label, required=is_required)
        case "boolean":
            return forms.BooleanField(label=label, required=False)
        case "string" if shape.get("format") == "date":
            return DayField(label=label, required=is_required)
        case "string":
            widget = forms.Textarea(attrs={"rows": 4}) if shape.get("x-long") else forms.TextInput()
            return forms.CharField(
                label=label, required=is_required, max_length=shape.get("maxLength", 1000), widget=widget
            )
        case _:
            return None
