"""Forms of this domain."""

from django import forms

from vetgrid.web.forms import DayField, Form


class VacancyForm(Form):
    title = forms.CharField(label="岗位", max_length=60)
    employer = forms.CharField(label="用人单位", max_length=80)
    place = forms.CharField(label="工作地点", max_length=120, required=False)
    pay = forms.CharField(label="薪资待遇", max_length=60, required=False)
    positions = forms.IntegerField(label="人数", min_value=1, max_value=9999, initial=1)
    contact = forms.CharField(label="联系人", max_length=60, required=False)
    phone = forms.CharField(label="联系电话", max_length=40, required=False)
    published_on = DayField(label="发布日期")
    closes_on = DayField(label="截止日期")
    demands = forms.CharField(label="要求", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class FairForm(Form):
    title = forms.CharField(label="名称", max_length=80)
    on = DayField(label="日期")
    hours = forms.CharField(label="时间", max_length=40, required=False)
    place = forms.CharField(label="地点", max_length=120)
    employers = forms.IntegerField(label="参加单位", min_value=0, max_value=9999, initial=0)
    positions = forms.IntegerField(label="岗位数", min_value=0, max_value=999999, initial=0)
    note = forms.CharField(label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))
