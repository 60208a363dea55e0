"""Lives whose findings are known by hand, for every programme: what each is given in December 2023, what within three months, and what not.

Written from the articles and not from the rules: no rule, table or list of the platform is read here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tests import builders as make
from vetgrid.benefits.tests.county import benefit_fact, fact
from vetgrid.registry import models as registry
from vetgrid.registry.models import Person

Told = Callable[[Person], object]


@dataclass(frozen=True)
class Life:
    """One person in plain words. `now`: what he is given in this month (once or yearly: in the last twelve); `soon`: in the next three.

    `tried`: the monthly programme on which the test tries every state of an award; `now` and `soon` say whether he is entitled to
    it. `award`: a programme that he has been given since 2019 (`since` says otherwise). `is_sought`: False when the registry says
    that he is dead or gone, so that nobody looks for what he does not receive every month.
    """

    who: str
    facts: tuple[Told, ...] = ()
    now: str = ""
    soon: str = ""
    tried: str = ""
    award: str = ""
    since: str = "2019-01"
    is_sought: bool = True
    born: str = "1950-05-20"
    died: str = ""
    left: date | None = None


def rated(grade: int, cause: str, since: str = "2001-07") -> Told:
    # A grade of illness above six cannot be entered any more, but old files hold some.
    return lambda who: fact(who, registry.Disability, grade=grade, cause=cause, from_on=since)


def kind(code: str) -> Told:
    return lambda who: fact(who, registry.PersonClass, code=code)


def served(enlisted: str, discharged: str, way: str = "returned") -> Told:
    return lambda who: fact(who, registry.Service, enlisted_on=enlisted, discharged_on=discharged, discharge_kind=way)


def home(household: str) -> Told:
    return lambda who: fact(who, registry.Residence, household_kind=household, register_address="路1号")


def works(code: str) -> Told:
    return lambda who: fact(who, registry.Employment, code=code)


def own(group: str, since: str | None = None, until: str | None = None, **values: object) -> Told:
    """What only the benefit office knows; `until` is the first month in which it is no longer so."""
    return lambda who: benefit_fact(who, group, since, until, **values)


def dead(month: str, cause: str = "other") -> Told:
    return own("death", month, died=month, death_kind=cause)


def conscript(since: str) -> Told:
    return own("conscript", since, conscript_since=since, conscript_region="ordinary")


def fallen(nature: str, notified: str, on: str = "2022-10") -> Told:
    return own("sacrifice", sacrifice_kind=nature, sacrificed=on, notified=notified, base_pay_fen=600_000)


def need(month: str, fen: int, aided: int = 0) -> Told:
    values = {"hardship_applied": month, "hardship_kind": "illness", "income_bracket": "dibao", "need_fen": fen}
    return own("hardship", **values, aided_fen=aided)


def survivor(relation: str, **more: object) -> Told:
    return own("survivor", survivor_relation=relation, **more)


SOLDIER = served("1982-12", "1985-12")
RURAL = kind("81")
SENTENCED = own("suspension", "2022-01", suspension="sentenced")
ARRANGED = served("1990-12", "2005-12", "arranged")

# One life a line, however long: it is read as a table.
# fmt: off
DISABILITY = (
    Life("三级因战", (rated(3, "war"),), "disability_pension condolence", tried="disability_pension"),
    Life("十级因公", (rated(10, "duty"),), "disability_pension condolence", tried="disability_pension"),
    Life("六级因病", (rated(6, "illness"),), "disability_pension condolence", tried="disability_pension"),
    Life("七级因病没有抚恤", (rated(7, "illness"),), "condolence", tried="disability_pension"),
    Life("没有评残", tried="disability_pension"),
    Life("三月批准评残", (rated(8, "duty", "2024-03"),), "", "disability_pension", tried="disability_pension"),
    Life("四月才批准,不在三个月内", (rated(8, "duty", "2024-04"),), tried="disability_pension"),
    Life("去年移交", (rated(5, "war"), own("disability", handed_over="2022-11")), "disability_pension condolence"),
    Life("今年移交,部队发到年底", (rated(5, "war"), own("disability", handed_over="2023-01")), "condolence", "disability_pension"),
    Life("服刑", (rated(3, "war"), SENTENCED), tried="disability_pension"),
    Life("今年迁入,次年由本地发", (rated(3, "war"), own("residence", moved_in="2023-01")), "condolence", "disability_pension"),
    Life("去年迁入", (rated(3, "war"), own("residence", moved_in="2022-12")), "disability_pension condolence"),
    Life("去年迁出", (rated(3, "war"), own("residence", moved_out="2022-12")), award="disability_pension", is_sought=False, left=date(2022, 12, 9)),
    Life("今年迁出,本地发到年底", (rated(3, "war"), own("residence", moved_out="2023-02")), "disability_pension condolence", award="disability_pension", is_sought=False, left=date(2023, 2, 9)),
    Life("今年迁出,没有在领", (rated(3, "war"), own("residence", moved_out="2023-02")), "disability_pension condolence", is_sought=False, left=date(2023, 2, 9)),
    Life("两个来源报告去世,仍在发", (rated(3, "war"), dead("2022-12")), award="disability_pension", is_sought=False, died="2022-12-03"),
    Life("档案登记去世,没有在领", (rated(3, "war"),), "disability_pension", is_sought=False, died="2022-12-03"),
    Life("档案登记去世,一个来源不停发", (rated(3, "war"),), "disability_pension", award="disability_pension", is_sought=False, died="2022-12-03"),
)
NURSING = (
    Life("一级分散供养", (rated(1, "war"), own("nursing", provision="dispersed")), "disability_pension nursing_fee condolence", tried="nursing_fee"),
    Life("四级因病分散供养", (rated(4, "illness"), own("nursing", provision="dispersed")), "disability_pension nursing_fee condolence", tried="nursing_fee"),
    Life("五级没有护理费", (rated(5, "war"), own("nursing", provision="dispersed")), "disability_pension condolence", tried="nursing_fee"),
    Life("集中供养没有护理费", (rated(2, "war"), own("nursing", provision="collective")), "disability_pension condolence", tried="nursing_fee"),
    Life("没有登记供养方式", (rated(2, "war"),), "disability_pension condolence", tried="nursing_fee"),
    Life("精神障碍五级,2024年10月才有", (rated(5, "duty"), own("nursing", provision="dispersed", is_mental=True)), "disability_pension condolence"),
    Life("一月起分散供养", (rated(2, "war"), own("nursing", "2024-01", provision="dispersed")), "disability_pension condolence", "nursing_fee", tried="nursing_fee"),
)

MARTYR, DUTY, ILL = kind("21"), kind("22"), kind("23")
SURVIVORS = (
    Life("烈士父母无生活来源", (MARTYR, survivor("parent", is_without_means=True)), "survivors_pension condolence", tried="survivors_pension"),
    Life("因公牺牲军人配偶收入低", (DUTY, survivor("spouse", is_low_income=True)), "survivors_pension condolence", tried="survivors_pension"),
    Life("病故军人配偶有收入", (ILL, survivor("spouse")), "condolence", tried="survivors_pension"),
    Life("配偶再婚不再赡养", (MARTYR, survivor("spouse", is_without_means=True, is_remarried=True)), "condolence", tried="survivors_pension"),
    Life("配偶再婚仍赡养", (MARTYR, survivor("spouse", is_without_means=True, is_remarried=True, cares_for_family=True)), "survivors_pension condolence"),
    Life("子女本月满18周岁,发到本月", (MARTYR, survivor("child")), "survivors_pension condolence", born="2005-12-31", tried="survivors_pension"),
    Life("子女上月满18周岁", (MARTYR, survivor("child")), "condolence", born="2005-11-30", tried="survivors_pension"),
    Life("成年子女在上学", (MARTYR, survivor("child", is_studying=True)), "survivors_pension condolence", born="2003-01-01"),
    Life("成年子女有残疾", (ILL, survivor("child", is_disabled=True)), "survivors_pension condolence", born="1983-01-01"),
    Life("由其供养的弟妹在上学", (DUTY, survivor("sibling", was_supported=True, is_studying=True)), "survivors_pension condolence", born="2004-01-01"),
    Life("不由其供养的弟妹", (DUTY, survivor("sibling", is_studying=True)), "condolence", born="2004-01-01", tried="survivors_pension"),
    Life("没有确认遗属身份", (survivor("parent", is_without_means=True),), tried="survivors_pension"),
    Life("二月起收入低", (ILL, own("survivor", "2024-02", survivor_relation="parent", is_low_income=True)), "condolence", "survivors_pension", tried="survivors_pension"),
)
LIVING = (
    Life("在乡退伍红军", (kind("31"),), "red_army_allowance condolence", tried="red_army_allowance"),
    Life("红军失散人员", (kind("33"),), "red_army_allowance condolence", tried="red_army_allowance"),
    Life("不是红军", (kind("42"),), "ill_returned condolence", tried="red_army_allowance"),
    Life("红军,二月认定", (own("red_army", "2024-02", red_army="lost"),), "", "red_army_allowance", tried="red_army_allowance"),
    Life("红军也是复员军人,只享受一项", (kind("31"), kind("41")), "red_army_allowance condolence", tried="demobilised"),
    Life("建国后入伍的复员军人", (kind("41"), served("1951-01", "1956-03")), "demobilised condolence", tried="demobilised"),
    Life("退役士兵不是复员军人", (served("1955-01", "1958-03"),), tried="demobilised"),
    Life("复员军人,三月认定", (own("demobilised", "2024-03", demobilised_era="founding"),), "", "demobilised", tried="demobilised"),
    Life("复员的老党员,取较高", (kind("41"), own("party_member", party_member="liberation")), "demobilised condolence", tried="veteran_party_member"),
    Life("带病回乡", (kind("42"),), "ill_returned condolence", tried="ill_returned"),
    Life("带病回乡又评残", (kind("42"), rated(9, "war")), "disability_pension condolence", tried="ill_returned"),
    Life("带病回乡又参战,取较高", (kind("42"), kind("51"), home("rural")), "combat_test condolence", tried="ill_returned"),
    Life("没有带病回乡的认定", (SOLDIER,), tried="ill_returned"),
    Life("带病回乡,一月认定", (own("ill_returned", "2024-01", is_ill_returned=True),), "", "ill_returned", tried="ill_returned"),
    Life("农村参战", (kind("51"), home("rural"), works("employed")), "combat_test condolence", tried="combat_test"),
    Life("城镇参试没有单位", (kind("61"), home("urban")), "combat_test condolence", tried="combat_test"),
    Life("城镇参战有单位", (kind("51"), home("urban"), works("employed")), "condolence", tried="combat_test"),
    Life("参战又评残", (kind("51"), home("rural"), rated(9, "war")), "disability_pension condolence", tried="combat_test"),
    Life("参战,三月认定", (own("combat", "2024-03", combat="combat"), home("rural")), "", "combat_test", tried="combat_test"),
    Life("老党员", (own("party_member", party_member="anti_japan"),), "veteran_party_member condolence", tried="veteran_party_member"),
    Life("老党员去世前认定,已去世", (own("party_member", party_member="anti_japan"), dead("2022-12")), award="veteran_party_member", is_sought=False, died="2022-12-30"),
    Life("不是老党员", (RURAL, SOLDIER, works("retired")), "condolence", tried="veteran_party_member"),
    Life("老党员,二月认定", (own("party_member", "2024-02", party_member="liberation"),), "", "veteran_party_member", tried="veteran_party_member"),
)
RURAL_60 = (
    Life("本月最后一天满60", (RURAL, SOLDIER), "rural_over60", born="1963-12-31", tried="rural_over60"),
    Life("差一天满60", (RURAL, SOLDIER), "", "rural_over60", born="1964-01-01", tried="rural_over60"),
    Life("三月满60", (RURAL, SOLDIER), "", "rural_over60", born="1964-03-31", tried="rural_over60"),
    Life("四月满60,不在三个月内", (RURAL, SOLDIER), "", born="1964-04-01", tried="rural_over60"),
    Life("八月满60,未到八一名单", (RURAL, SOLDIER), "rural_over60", born="1963-08-01"),
    Life("七月满60", (RURAL, SOLDIER), "rural_over60 condolence", born="1963-07-31"),
    Life("有职工养老", (RURAL, SOLDIER, works("retired")), "condolence", tried="rural_over60"),
    Life("退役时落户城镇", (home("urban"), SOLDIER), "", tried="rural_over60"),
    Life("退役时落户农村,凭户口", (home("rural"), SOLDIER), "rural_over60 condolence", tried="rural_over60"),
    Life("1954年10月入伍", (RURAL, served("1954-10", "1958-03")), "condolence", born="1936-02-02", tried="rural_over60"),
    Life("1954年11月入伍", (RURAL, served("1954-11", "1958-03")), "rural_over60 condolence", born="1936-02-02"),
    Life("还没有退役年月", (RURAL, lambda who: fact(who, registry.Service, enlisted_on="1980-12")), "", tried="rural_over60"),
    Life("已享受残疾抚恤金", (RURAL, SOLDIER, rated(10, "duty")), "disability_pension condolence", tried="rural_over60"),
    Life("已享受参战补助", (RURAL, SOLDIER, kind("51"), home("rural")), "combat_test condolence", tried="rural_over60"),
    Life("已是带病回乡", (RURAL, SOLDIER, kind("42")), "ill_returned condolence", tried="rural_over60"),
    Life("七级因病没有抚恤,不影响", (RURAL, SOLDIER, rated(7, "illness")), "rural_over60 condolence", tried="rural_over60"),
    Life("满60,已迁出", (RURAL, SOLDIER), "rural_over60 condolence", is_sought=False, left=date(2023, 9, 1)),
)
MARTYR_CHILD = kind("82")
CHILDREN = (
    Life("烈士子女满60", (MARTYR_CHILD, home("rural")), "martyr_child", born="1963-12-01", tried="martyr_child"),
    Life("烈士子女差一天", (MARTYR_CHILD, home("rural")), "", "martyr_child", born="1964-01-01", tried="martyr_child"),
    Life("烈士子女59岁", (MARTYR_CHILD, home("rural")), born="1964-04-01", tried="martyr_child"),
    Life("烈士子女城镇有单位", (MARTYR_CHILD, home("urban"), works("employed")), tried="martyr_child"),
    Life("当时未成年", (own("martyr_child", is_martyr_child=True), home("rural")), tried="martyr_child"),
    Life("已领定期抚恤金", (MARTYR_CHILD, home("rural"), MARTYR, survivor("child", is_disabled=True)), "survivors_pension condolence", tried="martyr_child"),
    Life("也是农村籍退役士兵,只享受一项", (MARTYR_CHILD, home("rural"), RURAL, SOLDIER), "martyr_child condolence", tried="rural_over60"),
)
WAITING = (
    Life("待安排工作", (served("2011-12", "2023-09", "arranged"), own("waiting", "2023-10", is_waiting=True)), "waiting_allowance", born="1992-01-01", tried="waiting_allowance"),
    Life("上月已安排", (served("2011-12", "2023-03", "arranged"), own("waiting", "2023-04", "2023-12", is_waiting=True)), born="1992-01-01", tried="waiting_allowance"),
    Life("自主就业没有待安排", (served("2011-12", "2020-09", "self_employment"), own("waiting", "2023-10", is_waiting=True)), born="1992-01-01", tried="waiting_allowance"),
    Life("一月起待安排", (served("2011-12", "2023-12", "arranged"), own("waiting", "2024-01", is_waiting=True)), "", "waiting_allowance", born="1992-01-01", tried="waiting_allowance"),
)
ONCE = (
    Life("收到烈士通知书", (fallen("martyr", "2023-06"),), "martyr_praise death_gratuity"),
    Life("一年内收到", (fallen("martyr", "2023-01"),), "martyr_praise death_gratuity"),
    Life("一年以前收到", (fallen("martyr", "2022-12"),)),
    Life("因公牺牲没有褒扬金", (fallen("duty", "2023-06"),), "death_gratuity"),
    Life("抚恤金已发", (fallen("duty", "2023-06"),), "death_gratuity", award="death_gratuity", since="2023-06"),
    Life("褒扬金已发,抚恤金没有", (fallen("martyr", "2023-06"),), "martyr_praise death_gratuity", award="martyr_praise", since="2023-06"),
    Life("旧伤复发去世", (rated(5, "war"), dead("2023-05", "old_wound")), "death_gratuity condolence", is_sought=False, died="2023-05-02"),
    Life("因病致残的没有旧伤复发抚恤", (rated(5, "illness"), dead("2023-05", "old_wound")), "condolence", is_sought=False, died="2023-05-02"),
    Life("残疾军人因病去世", (rated(5, "war"), dead("2023-05", "illness")), "funeral_aid condolence", is_sought=False, died="2023-05-02"),
    Life("丧葬补助已发", (rated(5, "war"), dead("2023-05", "illness")), "funeral_aid condolence", award="funeral_aid", since="2023-06", is_sought=False, died="2023-05-02"),
    Life("残疾军人意外去世", (rated(5, "war"), dead("2023-05")), "condolence", is_sought=False, died="2023-05-02"),
    Life("十三个月前因病去世", (rated(5, "war"), dead("2022-11", "illness")), is_sought=False, died="2022-11-02"),
    Life("本月因病去世", (rated(5, "war"), dead("2023-12", "illness")), "disability_pension condolence", is_sought=False, died="2023-12-09"),
    Life("享受定期抚恤的遗属去世", (MARTYR, survivor("spouse", is_low_income=True), dead("2023-05")), "funeral_aid condolence", is_sought=False, died="2023-05-02"),
    Life("有收入的遗属去世", (MARTYR, survivor("spouse"), dead("2023-05")), "condolence", is_sought=False, died="2023-05-02"),
    Life("参战人员去世,2024年11月才有", (kind("51"), home("rural"), dead("2023-05")), "condolence", is_sought=False, died="2023-05-02"),
    Life("自主就业上月退役", (served("2018-09", "2023-11", "self_employment"),), "local_subsidy", born="1999-01-01"),
    Life("自主就业本月退役", (served("2018-09", "2023-12", "self_employment"),), "", "local_subsidy", born="1999-01-01"),
    Life("自主就业去年12月退役", (served("2018-09", "2022-12", "self_employment"),), "local_subsidy", born="1999-01-01"),
    Life("自主就业去年11月退役", (served("2018-09", "2022-11", "self_employment"),), born="1999-01-01"),
    Life("安排工作没有地方补助", (served("2011-09", "2023-09", "arranged"),), born="1993-01-01"),
    Life("地方补助已发", (served("2018-09", "2023-09", "self_employment"),), "local_subsidy", award="local_subsidy", since="2023-10", born="1999-01-01"),
    Life("社保断缴核定", (ARRANGED, own("insurance", insurance_paid="2023-08", pension_gap_months=40, medical_gap_months=12)), "insurance_continuation", born="1972-01-01"),
    Life("三月补缴", (ARRANGED, own("insurance", insurance_paid="2024-03", pension_gap_months=40)), "", "insurance_continuation", born="1972-01-01"),
    Life("2019年2月才退役", (served("2007-12", "2019-02", "arranged"), own("insurance", insurance_paid="2023-08", pension_gap_months=40)), born="1988-01-01"),
    Life("自主就业没有社保接续", (served("1990-12", "2005-12", "self_employment"), own("insurance", insurance_paid="2023-08", pension_gap_months=40)), born="1972-01-01"),
    Life("困难帮扶", (SOLDIER, need("2023-08", 500_000)), "hardship_aid"),
    Life("支出正好到起点", (SOLDIER, need("2023-08", 200_000)), "hardship_aid"),
    Life("支出差一分", (SOLDIER, need("2023-08", 199_999))),
    Life("年度上限已用完", (SOLDIER, need("2023-08", 500_000, 2_000_000))),
    Life("不是退役军人", (need("2023-08", 500_000),)),
    Life("一年以前批准", (SOLDIER, need("2022-12", 500_000))),
    Life("帮扶已发", (SOLDIER, need("2023-08", 500_000)), "hardship_aid", award="hardship_aid", since="2023-08"),
)
YEARLY = (
    Life("服役第一年的义务兵", (conscript("2022-09"),), "conscript_family condolence", born="2003-01-01"),
    Life("服役第二年的义务兵", (conscript("2021-09"),), "conscript_family condolence", born="2003-01-01"),
    Life("七月已满两年", (conscript("2021-07"),), "condolence", born="2003-01-01"),
    Life("七月当月入伍", (conscript("2023-07"),), "condolence", born="2003-01-01"),
    Life("九月入伍,明年七月才发", (conscript("2023-09"),), born="2003-01-01"),
    Life("优待金已发", (conscript("2022-09"),), "conscript_family condolence", award="conscript_family", since="2023-07", born="2003-01-01"),
    Life("优待金早已到期", (conscript("2018-09"),), award="conscript_family", born="1999-01-01"),
    Life("列入慰问名单的困难户", (own("condolence", condolence_class="hardship"),), "condolence"),
    Life("已在慰问名单", (rated(9, "illness"),), "condolence", award="condolence"),
    Life("不再属于慰问对象", (SOLDIER,), award="condolence"),
    Life("去年已迁出,不列名单", (kind("42"),), "ill_returned", is_sought=False, left=date(2022, 12, 9)),
)
# Somebody else gives these: the bureau determines and explains them, and looks for nobody.
OF_OTHERS = (
    Life("60岁退役军人体检", (SOLDIER,)),
    Life("一次性退役金由部队发", (served("2018-09", "2023-11", "self_employment"),), "local_subsidy", born="1999-01-01"),
    Life("税收优惠由税务机关办", (served("2018-09", "2021-09", "self_employment"), own("tax", tax_kind="own_business", tax_since="2022-03")), born="1999-01-01"),
)
# fmt: on
LIVES = (*DISABILITY, *NURSING, *SURVIVORS, *LIVING, *RURAL_60, *CHILDREN, *WAITING, *ONCE, *YEARLY, *OF_OTHERS)
MONTHLY = (
    "disability_pension", "survivors_pension", "red_army_allowance", "demobilised", "ill_returned", "combat_test", "rural_over60",
    "martyr_child", "veteran_party_member", "nursing_fee", "waiting_allowance",
)  # fmt: skip
OTHERS = (
    "conscript_family", "martyr_praise", "death_gratuity", "funeral_aid", "local_subsidy", "insurance_continuation", "hardship_aid",
)  # fmt: skip
EVERY = {*MONTHLY, *OTHERS, "condolence"}


def settled_in(life: Life, division: int, name: str) -> Person:
    """The same life in the registry's own words."""
    who = make.person(division, name, born_on=life.born, died_on=life.died or None, left_on=life.left)
    for told in life.facts:
        told(who)
    return who
