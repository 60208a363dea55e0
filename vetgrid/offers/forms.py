"""Forms of offers; what may follow from a state is decided by `states`, what is right by the actions."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.offers.models import Preference
from vetgrid.offers.models.catalogue import Kind
from vetgrid.orgs.models import Station
from vetgrid.web.forms import DayField, Form, choices


def _codes(table: str) -> list[tuple[str, str]]:
    return choices(codes(table).choices(on=today()))


def _text(label: str, *, required: bool = True, longest: int = 300, rows: int = 3, help_text: str = "") -> Any:
    return forms.CharField(
        label=label,
        required=required,
        max_length=longest,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class _WithClasses(Form):
    """A form that names classes of persons; none chosen means all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("classes", codes("person_class").choices(on=today()))
        if "from_on" in self.fields and not self.is_bound:
            self.fields["from_on"].initial = self.initial.get("from_on", today())


def _classes() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="优待对象",
        required=False,
        help_text="可多选(按住 Ctrl 键);不选表示全部优待对象。",
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )


def _percent() -> forms.IntegerField:
    return forms.IntegerField(
        label="折扣", required=False, min_value=1, max_value=99, help_text="只有折扣才填:八折填 80,八五折填 85。"
    )


class ItemForm(_WithClasses):
    title = forms.CharField(label="项目", max_length=60)
    provider = forms.CharField(label="提供单位", max_length=80)
    category = forms.ChoiceField(label="类别")
    level = forms.ChoiceField(label="层级", choices=choices(list(Preference.Level.choices)))
    kind = forms.ChoiceField(label="优待方式", choices=choices(list(Kind.choices)))
    percent = _percent()
    document = forms.ChoiceField(label="凭证")
    classes = _classes()
    place = forms.CharField(label="在哪里使用", max_length=160)
    what = _text("优待内容")
    paper = forms.CharField(label="依据(文件名称、文号)", max_length=160)
    is_unconfirmed = forms.BooleanField(label="依据尚未核对原文", required=False)
    phone = forms.CharField(label="咨询电话", max_length=40, required=False)
    from_on = DayField(label="生效日期")
    to_on = DayField(label="失效日期", required=False, help_text="从这一天起不再有效;长期有效请留空。")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("category", _codes("preference_category"))
        self.set_choices("document", _codes("preference_document"))


class DegreeField(forms.CharField):
    """A degree as people copy it from a map, kept in millionths."""

    def clean(self, value: Any) -> int | None:
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        try:
            degrees = Decimal(text)
            if not abs(degrees) <= 180:
                raise InvalidOperation
        except InvalidOperation as error:
            raise forms.ValidationError("坐标请写成小数,例如 24.7318。") from error
        return int(degrees * 1_000_000)


class ApplicationForm(Form):
    station = forms.ChoiceField(label="登记服务站")
    name = forms.CharField(label="商家名称(与执照一致)", max_length=80)
    licence = forms.CharField(
        label="统一社会信用代码", max_length=30, help_text="营业执照上的18位代码,系统会核对校验位。"
    )
    trade = forms.ChoiceField(label="行业")
    address = forms.CharField(label="经营地址", max_length=160)
    phone = forms.CharField(label="门店电话(公示)", max_length=40, required=False)
    contact = forms.CharField(label="联系人", max_length=40)
    contact_phone = forms.CharField(label="联系人电话(不公示)", max_length=20, required=False)
    lat_e6 = DegreeField(label="纬度", max_length=20, required=False, help_text="不填则不显示在附近列表里。")
    lng_e6 = DegreeField(label="经度", max_length=20, required=False)
    is_founded_by_veteran = forms.BooleanField(label="退役军人创办", required=False)

    def __init__(self, *args: Any, stations: list[Station], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["station"]
        field.choices = [("", "请选择"), *((str(row.id), row.name) for row in stations)]
        self.set_choices("trade", _codes("offer_trade"))


class NoteForm(Form):
    note = _text("说明", required=False)


class ReasonForm(Form):
    note = _text("原因")


class AgreementForm(Form):
    signer = forms.CharField(label="商家签字人", max_length=40)
    note = _text("说明", required=False)


class SignForm(Form):
    sign_number = forms.CharField(label="牌匾编号", max_length=20)
    note = _text("说明", required=False)


class OfferForm(_WithClasses):
    title = forms.CharField(label="优惠名称", max_length=60, help_text="例如“堂食八折”。")
    kind = forms.ChoiceField(label="优惠方式", choices=choices(list(Kind.choices)))
    percent = _percent()
    classes = _classes()
    what = _text("优惠内容", help_text="写清楚哪些商品、什么时候、有什么限制。")
    from_on = DayField(label="开始日期")
    to_on = DayField(label="截止日期", required=False, help_text="从这一天起不再有效;长期有效请留空。")
    limit = forms.IntegerField(
        label="名额", required=False, min_value=1, max_value=1_000_000, help_text="总共可以用几次;不限请留空。"
    )


class AccountForm(Form):
    name = forms.CharField(label="收银台或门店", max_length=40, help_text="不要填个人姓名。")


class ComplaintForm(Form):
    kind = forms.ChoiceField(label="反映的问题")
    name = forms.CharField(label="反映人", max_length=60)
    phone = forms.CharField(label="联系电话", max_length=20, required=False)
    text = _text("经过", longest=1000, rows=4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("kind", _codes("offer_complaint"))


class CallBackForm(Form):
    is_satisfied = forms.ChoiceField(
        label="本人意见", choices=[("1", "满意"), ("0", "不满意"), ("", "没有联系上,或没有表示")], required=False
    )
    note = _text("回访情况")


class ConclusionForm(Form):
    conclusion = _text("核查情况和处理结果")


class ShopSignInForm(Form):
    username = forms.CharField(label="商家账号", max_length=40)
    password = forms.CharField(label="密码", max_length=100, widget=forms.PasswordInput)


class ShopPasswordForm(Form):
    old = forms.CharField(label="原密码", max_length=100, widget=forms.PasswordInput)
    new = forms.CharField(label="新密码", max_length=100, widget=forms.PasswordInput)


class RedeemForm(Form):
    offer = forms.ChoiceField(label="优惠")
    code = forms.CharField(
        label="优待码",
        max_length=200,
        help_text="用扫码枪扫描,或输入码下面的8位数字。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
