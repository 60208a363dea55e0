"""Forms of the account pages."""

from typing import Any

from django import forms

from vetgrid.accounts.permissions import AccountsPermission
from vetgrid.accounts.roles import roles
from vetgrid.core.actor import Actor
from vetgrid.core.places import Level
from vetgrid.orgs.names import choices_within
from vetgrid.web.forms import DayField, Form, choices

_LEVELS = (Level.COUNTY, Level.TOWN, Level.VILLAGE)


class SignInForm(Form):
    username = forms.CharField(
        label="用户名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label="密码", max_length=128, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class PasswordForm(Form):
    old = forms.CharField(
        label="原密码", max_length=128, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new = forms.CharField(
        label="新密码",
        max_length=128,
        help_text="至少10位,包含大小写字母、数字、符号中的三种。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一次新密码", max_length=128, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "两次输入的新密码不一样,请重新输入。")
        return data


class CodeForm(Form):
    code = forms.CharField(
        label="6位动态口令",
        min_length=6,
        max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
    )


class UserFilterForm(Form):
    text = forms.CharField(label="姓名或用户名", required=False, max_length=40)
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("active", "在用"), ("disabled", "已停用"), ("locked", "已锁定")],
    )


class UserForm(Form):
    username = forms.CharField(label="用户名", max_length=40, help_text="字母、数字,例如 lin.zq")
    name = forms.CharField(label="姓名", max_length=40)
    division = forms.ChoiceField(label="所属地方", choices=())

    def __init__(self, *args: Any, seen_by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = choices_within(seen_by.places(AccountsPermission.MANAGE), levels=_LEVELS)
        self.set_choices("division", choices(places))


class GrantForm(Form):
    role = forms.ChoiceField(label="角色", choices=())
    division = forms.ChoiceField(label="地方", choices=())
    from_on = DayField(label="开始日期")
    to_on = DayField(label="截止日期(不含)", required=False)
    reason = forms.CharField(label="依据", max_length=200, required=False)

    def __init__(self, *args: Any, seen_by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("role", choices([(role.key, role.label) for role in roles().values()]))
        places = choices_within(seen_by.places(AccountsPermission.GRANT), levels=_LEVELS)
        self.set_choices("division", choices(places))
