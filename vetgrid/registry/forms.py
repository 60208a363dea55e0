"""Forms of the registry: made from the catalogue, so that a field is declared once."""

from typing import Any

from django import forms

from vetgrid.core.actor import Actor
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.places import Level
from vetgrid.orgs.names import choices_within
from vetgrid.registry.catalogue import Field, Section, proofs, section
from vetgrid.registry.models import Fact
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.queries.people import GAPS, STANDINGS
from vetgrid.registry.reading import as_text
from vetgrid.web.forms import DayField, Form, choices

_PLACEHOLDERS = {"partial_date": "如 1979-02,只知道年份也可以", "money": "元"}


def form_field(entry: Field) -> forms.Field:
    """The form field for one catalogue field. Texts are checked by the catalogue, not here."""
    if entry.kind == "code":
        return forms.ChoiceField(
            label=entry.label, required=entry.is_required, choices=choices(codes(entry.table).choices(on=today()))
        )
    if entry.kind == "bool":
        return forms.BooleanField(label=entry.label, required=False)
    attributes = {"placeholder": _PLACEHOLDERS[entry.kind]} if entry.kind in _PLACEHOLDERS else {}
    if entry.kind in ("id_number", "phone"):
        attributes["autocomplete"] = "off"
    return forms.CharField(
        label=entry.label, required=entry.is_required, max_length=300, widget=forms.TextInput(attrs=attributes)
    )


def source_field() -> forms.ChoiceField:
    return forms.ChoiceField(label="信息来源", choices=choices(codes("source").choices(on=today())))


class SectionForm(Form):
    """One fact of one section. A masked value the clerk may not see is left out: empty means unchanged."""

    def __init__(self, *args: Any, part: Section, fact: Fact | None, may_see: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.part, self.hidden_values = part, set()
        for entry in part.fields:
            field = form_field(entry)
            if fact is not None:
                value = getattr(fact, entry.attribute)
                if entry.is_sealed and value is not None and not may_see(entry):
                    field.help_text, field.required = "已有内容,不修改请留空。", False
                    self.hidden_values.add(entry.attribute)
                else:
                    field.initial = bool(value) if entry.kind == "bool" else as_text(entry, value)
            if entry.proofs and fact is not None and getattr(fact, entry.attribute) not in (None, ""):
                field.help_text = (field.help_text or "") + "更改须申请并附证明。"
            self.fields[entry.attribute] = field
        self.fields["from_on"] = forms.CharField(
            label="起始时间", required=False, max_length=20, initial=getattr(fact, "from_on", "") or ""
        )
        self.fields["source"] = source_field()
        self.fields["source_note"] = forms.CharField(label="来源说明", required=False, max_length=200)

    def values(self) -> dict[str, str]:
        """Typed texts by attribute; hidden ones only when something was typed."""
        found = {}
        for entry in self.part.fields:
            value = self.cleaned_data.get(entry.attribute)
            if entry.attribute in self.hidden_values and not value:
                continue
            found[entry.attribute] = ("是" if value else "") if entry.kind == "bool" else str(value or "")
        return found


class ProofForm(Form):
    """Why a guarded field may change: the paper and a note."""

    proof_kind = forms.ChoiceField(label="证明材料", choices=(), required=False)
    proof_note = forms.CharField(label="证明说明", max_length=300, required=False, help_text="例如证件编号、存放位置。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("proof_kind", choices(codes("proof_kind").choices(on=today())))


_NEW_KEYS = (
    "identity.name",
    "identity.id_number",
    "identity.sex",
    "identity.born_on",
    "phone.number",
    "residence.address",
    "residence.register_address",
    "situation.politics",
    "service.enlisted_on",
    "service.discharged_on",
    "service.branch",
    "class.code",
)


class NewPersonForm(Form):
    """A new file: where, who, and what is known at once."""

    division = forms.ChoiceField(label="村(社区)", choices=())
    is_veteran = forms.BooleanField(label="是退役军人", required=False, initial=True)

    def __init__(self, *args: Any, seen_by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = choices_within(seen_by.places(RegistryPermission.EDIT), levels=[Level.VILLAGE])
        self.set_choices("division", places if len(places) == 1 else choices(places))
        for key in _NEW_KEYS:
            part, _, attribute = key.partition(".")
            entry = next(found for found in section(part).fields if found.attribute == attribute)
            field = form_field(entry)
            field.required = key == "identity.name"
            self.fields[key] = field
        self.fields["source"] = source_field()

    def values(self) -> dict[str, str]:
        return {key: str(self.cleaned_data.get(key) or "") for key in _NEW_KEYS if self.cleaned_data.get(key)}


class PeopleFilterForm(Form):
    text = forms.CharField(label="姓名、拼音、证件号或电话", required=False, max_length=60)
    division = forms.ChoiceField(label="地方", required=False, choices=())
    person_class = forms.ChoiceField(label="人员类别", required=False, choices=())
    standing = forms.ChoiceField(label="状态", required=False, choices=STANDINGS)
    gap = forms.ChoiceField(label="资料缺项", required=False, choices=GAPS)
    age_from = forms.IntegerField(label="年龄从", required=False, min_value=0, max_value=130)
    age_to = forms.IntegerField(label="年龄到", required=False, min_value=0, max_value=130)

    def __init__(self, *args: Any, seen_by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = choices_within(seen_by.places(RegistryPermission.READ), levels=[Level.TOWN, Level.VILLAGE])
        self.set_choices("division", choices(places, first="全部"))
        self.set_choices("person_class", choices(codes("person_class").choices(on=today()), first="全部"))


class DeathForm(Form):
    died_on = forms.CharField(
        label="去世日期", max_length=20, widget=forms.TextInput(attrs={"placeholder": "如 2023-12-01"})
    )
    source = forms.ChoiceField(label="信息来源", choices=())
    proof_kind = forms.ChoiceField(label="证明材料", choices=())
    proof_note = forms.CharField(label="证明说明", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("source", choices(codes("source").choices(on=today())))
        allowed = proofs()["person.death"]
        found = choices([pair for pair in codes("proof_kind").choices(on=today()) if pair[0] in allowed])
        self.set_choices("proof_kind", found)


class MoveForm(Form):
    """Where to: any village of the county by code and name (public names), or a place outside."""

    to_division = forms.CharField(
        label="迁入地区划代码", max_length=12, help_text="本市填12位村(社区)代码,外地填6位县(市、区)代码。"
    )
    moved_on = DayField(label="迁移日期")
    reason = forms.CharField(label="原因", max_length=200)


class DecisionForm(Form):
    note = forms.CharField(label="审核意见", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class UnmaskForm(Form):
    reason = forms.CharField(label="查看原因", max_length=200)


class EndFactForm(Form):
    to_on = forms.CharField(label="终止时间", max_length=20)


class WithdrawForm(Form):
    reason = forms.CharField(label="撤销原因", max_length=200)


class DuplicateFilterForm(Form):
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("open", "待处理"), ("dismissed", "不是同一人"), ("merged", "已合并"), ("", "全部")],
    )
