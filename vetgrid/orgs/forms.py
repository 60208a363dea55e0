"""Forms of the service network's pages."""

from typing import Any

from django import forms

from vetgrid.core.actor import Actor
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.permission import Permission
from vetgrid.core.places import Level
from vetgrid.orgs.actions import STATION_FACTS
from vetgrid.orgs.models import Post, Station
from vetgrid.orgs.names import choices_within
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.web.forms import DayField, Form, choices

_ALL = (Level.COUNTY, Level.TOWN, Level.VILLAGE)


def set_places(
    form: Form,
    name: str,
    *,
    seen_by: Actor,
    permission: Permission,
    levels: tuple[Level, ...] = _ALL,
    first: str = "请选择",
) -> None:
    """Fills a drop-down with the open divisions that the viewer's permission reaches."""
    places = choices_within(seen_by.places(permission), levels=levels)
    form.set_choices(name, choices(places, first=first))


class StationFilterForm(Form):
    text = forms.CharField(label="名称", required=False, max_length=40)
    kind = forms.ChoiceField(label="种类", required=False, choices=choices(list(Station.Kind.choices), first="全部"))
    gap = forms.ChoiceField(
        label="缺项",
        required=False,
        choices=[("", "不限"), ("officer", "缺退役军人事务员"), ("five", "五有不全"), ("board", "缺宣传栏")],
    )


class StationForm(Form):
    name = forms.CharField(label="名称", max_length=80)
    address = forms.CharField(label="地址", max_length=200, required=False)
    phone = forms.CharField(label="服务电话", max_length=40, required=False)
    hours = forms.CharField(label="开放时间", max_length=120, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class StationFactForm(Form):
    code = forms.ChoiceField(label="项目", choices=(), required=False)
    from_on = DayField(label="日期")
    note = forms.CharField(label="说明", max_length=300, required=False)

    def __init__(self, *args: Any, what: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        table = STATION_FACTS[what][1]
        if table:
            self.set_choices("code", choices(codes(table).choices(on=today())))
            self.fields["code"].required = True
        else:
            del self.fields["code"]


class StaffFilterForm(Form):
    text = forms.CharField(label="姓名、拼音或电话", required=False, max_length=40)
    division = forms.ChoiceField(label="地方", required=False, choices=())
    presence = forms.ChoiceField(label="状态", required=False, choices=[("", "在岗"), ("all", "含离岗")])

    def __init__(self, *args: Any, seen_by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_places(self, "division", seen_by=seen_by, permission=OrgsPermission.READ, first="全部")


class StaffForm(Form):
    division = forms.ChoiceField(label="地方", choices=())
    name = forms.CharField(label="姓名", max_length=40)
    phone = forms.CharField(label="电话", max_length=12, required=False)
    post = forms.ChoiceField(label="岗位", choices=choices(list(Post.Kind.choices)))
    started_on = DayField(label="到岗日期")

    def __init__(self, *args: Any, seen_by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_places(self, "division", seen_by=seen_by, permission=OrgsPermission.EDIT)


class PostForm(Form):
    division = forms.ChoiceField(label="地方", choices=())
    kind = forms.ChoiceField(label="岗位", choices=choices(list(Post.Kind.choices)))
    from_on = DayField(label="起始日期")

    def __init__(self, *args: Any, seen_by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_places(self, "division", seen_by=seen_by, permission=OrgsPermission.EDIT)


class RotaForm(Form):
    leader = forms.ChoiceField(label="接访领导", choices=())
    year = forms.IntegerField(label="年", min_value=2018, max_value=2100)
    month = forms.IntegerField(label="月", min_value=1, max_value=12)
    weekday = forms.ChoiceField(
        label="每周", choices=[(str(at), f"星期{name}") for at, name in enumerate("一二三四五六日", start=1)]
    )
    hours = forms.CharField(label="时间", max_length=40)
    place = forms.CharField(label="地点", max_length=120)


class ReasonForm(Form):
    reason = forms.CharField(label="原因", max_length=200)


class ExceptionForm(Form):
    division = forms.ChoiceField(label="地方", choices=())
    on = DayField(label="日期")
    is_working = forms.ChoiceField(label="当天", choices=[("no", "放假"), ("yes", "上班")])
    reason = forms.CharField(label="依据", max_length=120)

    def __init__(self, *args: Any, seen_by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_places(self, "division", seen_by=seen_by, permission=OrgsPermission.EDIT, levels=(Level.COUNTY, Level.TOWN))


class RenameForm(Form):
    name = forms.CharField(label="新名称", max_length=80)
    document = forms.CharField(label="批准文件", max_length=120)


class MergeForm(Form):
    into = forms.ChoiceField(label="并入", choices=())
    document = forms.CharField(label="批准文件", max_length=120)

    def __init__(self, *args: Any, seen_by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_places(self, "into", seen_by=seen_by, permission=OrgsPermission.RESTRUCTURE, levels=(Level.VILLAGE,))
