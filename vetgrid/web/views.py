"""The style page: every component in every state, to look at and to test against."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from vetgrid.core.guard import signed_in
from vetgrid.core.paging import Page
from vetgrid.web.forms import DayField, Form


class ExampleForm(Form):
    name = forms.CharField(label="姓名", max_length=20, help_text="与证件一致")
    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), ("a", "一类"), ("b", "二类")])
    on = DayField(label="日期", required=False)
    note = forms.CharField(label="说明", required=False, widget=forms.Textarea)
    is_agreed = forms.BooleanField(label="已核对", required=False)
    fixed = forms.CharField(label="不可修改", disabled=True, initial="固定内容", required=False)


@signed_in("shows components with invented content only")
def style(request: Any) -> HttpResponse:
    good, wrong = ExampleForm(auto_id="good_%s"), ExampleForm({"name": "很" * 30}, auto_id="wrong_%s")
    wrong.is_valid()
    page: Page[Any] = Page(rows=[], number=3, size=20, total=187)
    context = {
        "good": good,
        "wrong": wrong,
        "page": page,
        "tones": ["", "good", "warn", "bad", "info"],
        "long": "很长的内容" * 30,
    }
    return render(request, "web/style.html", context)
