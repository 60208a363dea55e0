"""The base of all forms: Chinese sentences for what Django checks by itself, and refusals of actions put beside their field."""

from collections.abc import Iterable
from typing import Any

from django import forms

from vetgrid.core.errors import Invalid, Refused

_SENTENCES = {
    "required": "请填写这一项。",
    "invalid": "格式不对,请按提示更正。",
    "invalid_choice": "请从列表中选择。",
    "max_length": "内容太长,最多 %(limit_value)d 个字。",
    "min_length": "内容太短,至少 %(limit_value)d 个字。",
    "max_value": "不能大于 %(limit_value)s。",
    "min_value": "不能小于 %(limit_value)s。",
    "invalid_list": "请从列表中选择。",
    "empty": "文件是空的,请重新选择。",
    "missing": "没有收到文件,请重新选择。",
}


class Form(forms.Form):
    """A form whose field errors are plain sentences."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            for key in field.error_messages:
                if key in _SENTENCES:
                    field.error_messages[key] = _SENTENCES[key]
            for validator in field.validators:
                code = getattr(validator, "code", "")
                if code in _SENTENCES:
                    setattr(validator, "message", _SENTENCES[code])  # noqa: B010  # validators are callables to the type checker

    def set_choices(self, name: str, pairs: Iterable[Any]) -> None:
        """Sets what can be chosen in a field, known only when the form is asked for: places, people, codes in force."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField), name
        field.choices = list(pairs)

    def refuse(self, error: Refused) -> None:
        """Puts an action's refusal where it belongs: field by field when the error names fields, above the form otherwise."""
        if isinstance(error, Invalid) and error.fields:
            for key, sentence in error.fields.items():
                name = key if key in self.fields else key.rpartition(".")[2]
                self.add_error(name if name in self.fields else None, sentence)
        else:
            self.add_error(None, error.sentence)


class DayInput(forms.DateInput):
    """A date with the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DayInput(), **kwargs)
        self.error_messages["invalid"] = "日期请写成 2023-12-28。"


def choices(pairs: list[tuple[str, str]], *, first: str = "请选择") -> list[tuple[str, str]]:
    """A drop-down's choices with an empty first line."""
    return [("", first), *pairs]
