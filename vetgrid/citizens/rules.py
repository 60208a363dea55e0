"""By custom: what a campaign's form may hold (a small part of JSON Schema), and whether a reply fits it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

KINDS = {
    "text": "一行文字",
    "long": "多行文字",
    "number": "整数",
    "day": "日期",
    "yes": "是或否",
    "one": "单选",
    "many": "多选",
}
LONGEST = {"text": 100, "long": 1000}
_DAY = r"^(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"


@dataclass(frozen=True)
class Question:
    """One question of a form; `options` for the kinds with a choice."""

    key: str
    label: str
    kind: str
    is_required: bool = False
    options: tuple[str, ...] = ()
    hint: str = ""


def question_problems(questions: Sequence[Question], *, most: int) -> list[str]:
    """Sentences about what is wrong with a form; empty when it can be published."""
    found = [] if questions else ["表单还没有题目,请先添加。"]
    if len(questions) > most:
        found.append(f"题目最多{most}个,请分成两次采集。")
    for at, question in enumerate(questions, start=1):
        if not question.label.strip() or len(question.label) > 60:
            found.append(f"第{at}题:请填写题目,最多60字。")
        if question.kind not in KINDS:
            found.append(f"第{at}题:请选择题型。")
        if question.kind in ("one", "many") and not 2 <= len(set(question.options)) <= 30:
            found.append(f"第{at}题:选择题请写2至30个不同的选项。")
    return found


def schema_of(title: str, questions: Sequence[Question]) -> dict[str, Any]:
    """The form as JSON Schema; `x-kind` and `x-hint` help the screen, validation needs neither."""
    return {
        "type": "object",
        "title": title,
        "properties": {question.key: _property(question) for question in questions},
        "required": [question.key for question in questions if question.is_required],
        "additionalProperties": False,
    }


def _property(question: Question) -> dict[str, Any]:
    base: dict[str, Any] = {"title": question.label, "x-kind": question.kind}
    if question.hint:
        base["description"] = question.hint
    least = {"minLength": 1} if question.is_required else {}
    match question.kind:
        case "number":
            return base | {"type": "integer", "minimum": -1_000_000_000, "maximum": 1_000_000_000}
        case "day":
            return base | {"type": "string", "pattern": _DAY}
        case "yes":
            return base | {"type": "boolean"}
        case "one":
            return base | {"type": "string", "enum": list(question.options)}
        case "many":
            items = {"type": "string", "enum": list(question.options)}
            return base | {"type": "array", "items": items, "uniqueItems": True, "minItems": int(question.is_required)}
        case _:
            return base | {"type": "string", "maxLength": LONGEST[question.kind]} | least


def questions_of(schema: Mapping[str, Any]) -> list[Question]:
    """The questions of a stored form, in order."""
    required = set(schema.get("required", ()))
    return [
        Question(
            key,
            str(entry["title"]),
            str(entry["x-kind"]),
            key in required,
            tuple(entry.get("enum") or entry.get("items", {}).get("enum", ())),
            str(entry.get("description", "")),
        )
        for key, entry in schema.get("properties", {}).items()
    ]


def reply_problems(schema: Mapping[str, Any], values: Mapping[str, Any], *, is_draft: bool = False) -> dict[str, str]:
    """Sentences by question; a draft may lack answers, but holds no foreign keys."""
    asked = dict(schema)
    labels = {question.key: question.label for question in questions_of(schema)}
    if is_draft:
        known = set(labels)
        return {key: "表单里没有这一题,请刷新后重新填写。" for key in values if key not in known}
    found: dict[str, str] = {}
    for error in jsonschema_rs.Draft202012Validator(asked).iter_errors(dict(values)):
        key = str(error.instance_path[0]) if error.instance_path else ""
        if not key:
            missing = re.search(r'"([^"]+)" is a required property', error.message)
            key = missing[1] if missing else ""
        found[key or "form"] = f"请填写“{labels[key]}”。" if key in labels else "表单里没有这一题,请刷新后重新填写。"
    return found


def shown(question: Question, value: Any) -> str:
    """An answer as the results table and the export show it."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(str(entry) for entry in value) if isinstance(value, list) else str(value)
