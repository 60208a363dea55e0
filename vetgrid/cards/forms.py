"""Forms of cards; what may follow from a state is decided by `states`, what is true of a person by `rules`, not here."""

from typing import Any

from django import forms

from vetgrid.cards import policy
from vetgrid.cards.models import Application, Card
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.orgs.models import Station
from vetgrid.web.forms import DayField, Form, choices


def _codes(table: str) -> list[tuple[str, str]]:
    return choices(codes(table).choices(on=today()))


def _labels(part: str) -> list[tuple[str, str]]:
    return choices(list(policy.labels_of(part).items()))


def _text(label: str, *, required: bool = True, help_text: str = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=280, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows})
    )


class _Many(forms.MultipleChoiceField):
    """Several lines to tick."""

    def __init__(self, **values: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **values)


class ApplyForm(Form):
    station = forms.ChoiceField(label="受理服务站")
    kind = forms.ChoiceField(label="证件类别")
    channel = forms.ChoiceField(label="申请方式", choices=Application.Channel.choices[:2])
    bank = forms.ChoiceField(label="发卡银行")
    basis = forms.ChoiceField(label="申请地", choices=Application.Basis.choices)
    register_province = forms.CharField(
        label="户籍所在省代码", max_length=2, required=False, help_text="身份证前两位;户籍在本省的不用填。"
    )
    speaker = forms.ChoiceField(label="由谁申请", choices=Application.Speaker.choices)
    speaker_name = forms.CharField(label="监护人或代办人姓名", max_length=40, required=False)
    speaker_id = forms.CharField(label="监护人或代办人身份证号", max_length=18, required=False)
    visit_reason = forms.ChoiceField(label="上门理由", required=False)
    visit_address = forms.CharField(label="上门地址", max_length=200, required=False)
    lacks_capacity = forms.BooleanField(label="不具备完全民事行为能力", required=False)
    has_card_elsewhere = forms.BooleanField(label="已在其他省(市)申领过", required=False)
    exclusion = forms.ChoiceField(label="遗属的特别情形", required=False)
    grounds = _Many(label="本人申明的情形(没有就不选)", required=False)
    materials = _Many(label="已核对的材料", required=False)

    def __init__(self, *args: Any, stations: list[Station], kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = today()
        self._offer("station", [(str(row.id), row.name) for row in stations])
        self._offer("kind", kinds)
        self._offer("bank", _labels("bank"))
        self._offer("visit_reason", _labels("home_visit"))
        self._offer("exclusion", [("", "没有"), *((e.key, e.label) for e in policy.exclusions(on=day))])
        self._offer("grounds", [(e.key, e.label) for e in policy.grounds(on=day)])
        self._offer("materials", list(policy.labels_of("material").items()))
        for name in ("grounds", "materials"):
            self.fields[name].widget.attrs["class"] = "wide"

    def _offer(self, name: str, pairs: list[tuple[str, str]]) -> None:
        self.set_choices(name, pairs)


class ReplaceForm(Form):
    reason = forms.ChoiceField(label="补换原因")
    kind = forms.ChoiceField(label="证件类别", help_text="只有变更类别时才改。")
    station = forms.ChoiceField(label="受理服务站")
    materials = _Many(label="已核对的材料", required=False)

    def __init__(self, *args: Any, stations: list[Station], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offers = {
            "reason": _labels("replacement"),
            "kind": [(entry.key, entry.label) for entry in policy.identities()],
            "station": [(str(row.id), row.name) for row in stations],
            "materials": list(policy.labels_of("material").items()),
        }
        for name, pairs in offers.items():
            self.set_choices(name, pairs)


class PhotoForm(Form):
    photo = forms.FileField(
        label="照片文件", help_text="352×440像素、300DPI、20至50KB的JPG。手机照片请先用“证件照制作”。"
    )


class PhoneForm(Form):
    photo = forms.FileField(
        label="手机照片", help_text="JPG 或 PNG,正面免冠,白墙前拍摄,不超过10MB。照片只在本次处理,不保存。"
    )


class ClerkForm(Form):
    ticked = _Many(label="逐项核对", required=False)
    by_hand = _text("画面测量没有通过、但确认合格的理由", required=False, rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("ticked", list(policy.clerk_list().items()))


class MaterialsForm(Form):
    materials = _Many(label="已核对的材料", required=False)

    def __init__(self, *args: Any, papers: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("materials", list(papers.items()))


class PaperForm(Form):
    material = forms.ChoiceField(label="材料")
    file = forms.FileField(label="文件", help_text="PDF、JPG、PNG,不超过10MB。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("material", _labels("material"))


class NothingForm(Form):
    """A move that asks for nothing but the decision."""


class AcceptForm(Form):
    has_old_card = forms.BooleanField(label="旧证已经交回(补换时)", required=False)


class NoteForm(Form):
    note = _text("说明")


class OptionalNoteForm(Form):
    note = _text("说明", required=False)


class ReturnForm(Form):
    reason = forms.ChoiceField(label="退回原因")
    note = _text("需要补正的全部内容", help_text="会写进补正告知书和短信,请一次说清。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("reason", _codes("card_return"))


class RefuseForm(Form):
    reason = forms.ChoiceField(label="不予通过的理由")
    note = _text("事实和依据", help_text="会写进书面告知书。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("reason", _codes("card_refusal"))


class TryForm(Form):
    reason = forms.ChoiceField(label="未发放的原因")
    note = _text("联系的方式和结果")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("reason", _codes("card_unissued"))


class IssueForm(Form):
    way = forms.ChoiceField(label="发放方式", choices=Card.Ways.choices)
    receiver = forms.CharField(label="代领人", max_length=40, required=False, help_text="本人领取不用填。")


class DayForm(Form):
    on = DayField(label="日期")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today()


class DayNoteForm(DayForm):
    note = _text("说明", help_text="银行网点、回执号,或交回的情况。")


class CancelForm(Form):
    reason = forms.ChoiceField(label="注销原因")
    note = _text("事实和依据")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = ("death", "disqualified", "merged", "other")
        pairs = [pair for pair in codes("card_end").choices(on=today()) if pair[0] in wanted]
        self.set_choices("reason", choices(pairs))


class UploadForm(Form):
    step = forms.ChoiceField(label="文件种类")
    file = forms.FileField(
        label="表格文件", help_text="xlsx、xls 或 csv,不超过3000行。同一个文件重复上传不会重复办理。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pairs = [(entry.key, entry.label) for entry in policy.formats().values()]
        self.set_choices("step", choices(pairs))
