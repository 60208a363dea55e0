"""The catalogue of a file: its sections and fields, declared once; page, forms, requests, masks, import and export read it."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings

from vetgrid.core.errors import Invalid
from vetgrid.core.permission import Permission
from vetgrid.registry import models
from vetgrid.registry.permissions import RegistryPermission


@dataclass(frozen=True)
class Field:
    """One field: `attribute` on the section's model, `kind` says how it is read and shown."""

    attribute: str
    label: str
    kind: str = "text"
    """text, name, code, partial_date, id_number, phone, sealed, int, money, bool, division."""
    table: str = ""
    is_required: bool = False
    aliases: tuple[str, ...] = ()
    """What station sheets call the column."""
    mask: str = ""
    clear_with: Permission | None = None
    section: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        return f"{self.section}.{self.attribute}"

    @property
    def is_sealed(self) -> bool:
        return self.kind in ("id_number", "phone", "sealed")

    @property
    def purpose(self) -> str:
        return {"id_number": "id_number", "phone": "phone"}.get(self.kind, self.mask)

    @property
    def proofs(self) -> tuple[str, ...]:
        """Papers that prove a change of this field; none when it may change without a request."""
        return proofs().get(self.key, ())


@dataclass(frozen=True)
class Section:
    """One part of the file, stored in one fact table. A single section has one current row, a list has many."""

    key: str
    label: str
    model: type[models.Fact]
    fields: tuple[Field, ...]
    is_list: bool = False
    title: Callable[[Any], str] | None = None


def _section(key: str, label: str, model: type[models.Fact], *fields: Field, is_list: bool = False) -> Section:
    return Section(key, label, model, tuple(_in_section(entry, key) for entry in fields), is_list)


def _in_section(entry: Field, key: str) -> Field:
    values = {name: getattr(entry, name) for name in entry.__dataclass_fields__}
    return Field(**(values | {"section": key}))


SECTIONS: tuple[Section, ...] = (
    _section(
        "identity",
        "身份信息",
        models.Identity,
        Field("name", "姓名", "name", is_required=True, aliases=("姓名", "名字", "人员姓名")),
        Field(
            "id_number",
            "身份证号",
            "id_number",
            mask="id_number",
            clear_with=RegistryPermission.SEE_ID,
            aliases=("身份证号", "身份证号码", "公民身份号码", "证件号码", "身份证"),
        ),
        Field("sex", "性别", "code", "sex", aliases=("性别",)),
        Field("born_on", "出生日期", "partial_date", aliases=("出生日期", "出生年月", "出生年月日", "生日")),
        Field("ethnic", "民族", "code", "ethnic", aliases=("民族",)),
        Field("native_place", "籍贯", aliases=("籍贯",)),
    ),
    _section(
        "phone",
        "联系电话",
        models.Phone,
        Field(
            "number",
            "电话",
            "phone",
            mask="phone",
            clear_with=RegistryPermission.SEE_PHONE,
            is_required=True,
            aliases=("电话", "联系电话", "手机", "手机号", "手机号码", "联系方式"),
        ),
        Field("belongs_to", "接听人", aliases=("接听人", "联系人")),
    ),
    _section(
        "residence",
        "住址与户籍",
        models.Residence,
        Field("address", "居住地址", aliases=("居住地址", "现住址", "家庭住址", "住址", "地址")),
        Field("register_address", "户籍地址", aliases=("户籍地址", "户口所在地", "户籍所在地")),
        Field("household_kind", "户口性质", "code", "household_kind", aliases=("户口性质", "户籍性质", "户口类别")),
    ),
    _section(
        "situation",
        "基本状况",
        models.Situation,
        Field("politics", "政治面貌", "code", "politics", aliases=("政治面貌",)),
        Field("education", "文化程度", "code", "education", aliases=("文化程度", "学历")),
        Field("marriage", "婚姻状况", "code", "marriage", aliases=("婚姻状况", "婚姻")),
        Field("health", "健康状况", "code", "health", aliases=("健康状况", "身体状况")),
    ),
    _section(
        "service",
        "服役经历",
        models.Service,
        Field(
            "enlisted_on", "入伍时间", "partial_date", is_required=True, aliases=("入伍时间", "入伍年月", "入伍日期")
        ),
        Field(
            "discharged_on",
            "退役时间",
            "partial_date",
            aliases=("退役时间", "退伍时间", "退伍年月", "退役年月", "退出现役时间"),
        ),
        Field("branch", "军种", "code", "branch", aliases=("军种", "军兵种")),
        Field("unit", "部队番号", aliases=("部队番号", "部队代号", "服役部队")),
        Field("kind", "人员身份", "code", "service_kind", aliases=("人员类别", "服役身份", "身份类别")),
        Field("rank", "退役时军衔", "code", "rank", aliases=("军衔", "退役时军衔", "衔级")),
        Field("discharge_kind", "退役方式", "code", "discharge_kind", aliases=("退役方式", "安置方式", "退出现役方式")),
        Field("certificate_kind", "退役证件", "code", "discharge_certificate", aliases=("退役证件类型",)),
        Field("certificate_no", "退役证号", aliases=("退役证号", "退伍证号", "证件编号")),
        Field("enlisted_from", "入伍地", aliases=("入伍地", "征集地")),
        is_list=True,
    ),
    _section(
        "class",
        "人员类别",
        models.PersonClass,
        Field(
            "code", "类别", "code", "person_class", is_required=True, aliases=("优抚类别", "优抚对象类别", "对象类别")
        ),
        Field("certificate_no", "证书编号"),
        is_list=True,
    ),
    _section(
        "merit",
        "立功受奖",
        models.Merit,
        Field("code", "奖项", "code", "merit", is_required=True, aliases=("立功", "立功情况", "立功受奖", "奖励情况")),
        Field("awarded_on", "授奖时间", "partial_date"),
        Field("is_wartime", "战时", "bool"),
        Field("issuer", "授奖单位"),
        Field("document", "证书或命令号"),
        is_list=True,
    ),
    _section(
        "wound",
        "负伤",
        models.Wound,
        Field("wounded_on", "负伤时间", "partial_date"),
        Field("place", "地点"),
        Field("cause", "原因", "code", "disability_cause"),
        Field("description", "伤情"),
        is_list=True,
    ),
    _section(
        "disability",
        "伤残评定",
        models.Disability,
        Field("grade", "等级", "int", is_required=True, aliases=("伤残等级", "残疾等级")),
        Field("cause", "性质", "code", "disability_cause", is_required=True, aliases=("伤残性质", "残疾性质")),
        Field("certificate_no", "伤残证号", aliases=("伤残证号", "残疾证号")),
    ),
    _section(
        "employment",
        "就业",
        models.Employment,
        Field("code", "就业状况", "code", "employment", is_required=True, aliases=("就业", "就业状况", "就业情况")),
        Field("employer", "单位", aliases=("工作单位", "单位")),
        Field("position", "职务", aliases=("职务", "岗位")),
        Field("income_fen", "年收入(元)", "money"),
    ),
    _section(
        "education",
        "学历与培训",
        models.Education,
        Field("code", "学历", "code", "education"),
        Field("school", "学校或机构"),
        Field("subject", "专业或项目"),
        Field("finished_on", "结业时间", "partial_date"),
        is_list=True,
    ),
    _section(
        "housing",
        "住房",
        models.Housing,
        Field("code", "住房情况", "code", "housing", is_required=True, aliases=("住房", "住房情况")),
        Field("area_m2", "面积(平方米)", "int"),
        Field("note", "说明"),
    ),
    _section(
        "hardship",
        "困难情况",
        models.Hardship,
        Field("code", "困难类别", "code", "hardship_kind", is_required=True, aliases=("困难类别", "困难情况")),
        Field("description", "具体情况"),
        is_list=True,
    ),
    _section(
        "insurance",
        "参保",
        models.Insurance,
        Field("code", "险种", "code", "insurance_kind", is_required=True),
        Field("number", "参保号", "sealed", mask="insurance"),
        Field("place", "参保地"),
        is_list=True,
    ),
    _section(
        "bank",
        "银行账户",
        models.BankAccount,
        Field("bank", "开户行", is_required=True, aliases=("开户行", "开户银行")),
        Field(
            "account",
            "账号",
            "sealed",
            mask="bank_account",
            clear_with=RegistryPermission.SEE_BANK,
            is_required=True,
            aliases=("银行账号", "账号", "银行卡号"),
        ),
        Field("holder", "户名"),
    ),
    _section(
        "kin",
        "亲属",
        models.Kin,
        Field("relation", "关系", "code", "kinship", is_required=True),
        Field("name", "姓名", "name", is_required=True),
        Field("phone", "电话", "phone", mask="phone", clear_with=RegistryPermission.SEE_PHONE),
        Field("is_emergency_contact", "紧急联系人", "bool"),
        is_list=True,
    ),
    _section(
        "office",
        "村(社区)任职",
        models.VillageOffice,
        Field("code", "职务", "code", "village_office", is_required=True),
        Field("village", "任职村(社区)代码", "division", is_required=True),
        Field("term", "届次"),
        Field("social_posts", "社会职务"),
        is_list=True,
    ),
    _section(
        "event",
        "大事记",
        models.LifeEvent,
        Field("code", "事项", "code", "life_event", is_required=True),
        Field("on", "时间", "partial_date"),
        Field("note", "说明"),
        is_list=True,
    ),
)

_BY_KEY = {section.key: section for section in SECTIONS}
FIELDS: dict[str, Field] = {entry.key: entry for section in SECTIONS for entry in section.fields}


def section(key: str) -> Section:
    """The section; raises Invalid for a key that is not in the catalogue."""
    try:
        return _BY_KEY[key]
    except KeyError as error:
        raise Invalid("档案里没有这个栏目,请返回档案页重新选择。") from error


@cache
def proofs() -> dict[str, tuple[str, ...]]:
    """Field keys to the papers that prove a change, from `data/policy/proof.toml`."""
    body = tomllib.loads((settings.DATA / "policy" / "proof.toml").read_text(encoding="utf-8"))
    return {key: tuple(value) for key, value in body.items()}


@cache
def masks() -> dict[str, tuple[int, int]]:
    """Mask names to how many first and last characters show, from `data/policy/masks.toml`."""
    body = tomllib.loads((settings.DATA / "policy" / "masks.toml").read_text(encoding="utf-8"))
    return {key: (value[0], value[1]) for key, value in body.items()}


@dataclass(frozen=True)
class OwnFile:
    """What a person does not see, cannot correct, and sees masked of his own file (`data/policy/citizen_file.toml`)."""

    hidden: frozenset[str]
    fixed: frozenset[str]
    masked: frozenset[str]


@cache
def own_file() -> OwnFile:
    body = tomllib.loads((settings.DATA / "policy" / "citizen_file.toml").read_text(encoding="utf-8"))
    return OwnFile(frozenset(body["hidden"]), frozenset(body["fixed"]), frozenset(body["masked"]))
