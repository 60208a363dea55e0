"""The demo county's library: the law texts that ship, a few plain explanations, and common questions."""

from datetime import date

from vetgrid.core.actor import Actor
from vetgrid.core.clock import now
from vetgrid.policies.loading import load_library
from vetgrid.policies.models import Clause, Faq
from vetgrid.policies.tokens import words

_EXPLAINED = (
    ("信访工作条例", "第三十四条", "我们受理后60天内要给您书面答复;情况复杂的,经批准最多再延长30天,并告诉您理由。"),
    ("信访工作条例", "第三十五条", "对答复不满意,收到答复之日起30天内可以请上一级复查。"),
    ("法律援助法", "第四十二条", "优抚对象申请法律援助,不用证明家里困难。"),
)
_FAQ = (
    ("优待证丢了怎么补办?", "请带身份证到户籍地的镇(街道)退役军人服务站申请补发,也可以请专干上门办理。", ()),
    (
        "反映的事情多久有答复?",
        "受理之日起60日内书面答复;情况复杂的可延长30日,会告知理由。",
        (("信访工作条例", "第三十四条"),),
    ),
    ("申请法律援助要证明家庭困难吗?", "优抚对象免予核查经济困难状况。", (("法律援助法", "第四十二条"),)),
)


def load(*, division: int, by: Actor, today: date) -> None:
    load_library(division=division)
    for title, label, plain in _EXPLAINED:
        clause = Clause.objects.get(policy__title=title, label=label)
        clause.explanation, clause.words = plain, words(clause.text + plain)
        clause.save(update_fields=["explanation", "words"])
    for question, answer, cited in _FAQ:
        ids = [str(Clause.objects.get(policy__title=title, label=label).id) for title, label in cited]
        Faq(
            division=division,
            question=question,
            answer=answer,
            clauses=ids,
            words=words(question + answer),
            state=Faq.State.APPROVED,
            proposed_by=by.id,
            proposed_by_name=by.name,
            proposed_at=now(),
            decided_by_name="演示数据",
            decided_at=now(),
        ).save(force_insert=True)
