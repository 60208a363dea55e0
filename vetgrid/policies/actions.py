"""Do: keep the library: add and end policies, explain and replace clauses, propose and decide common questions."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import lending
from vetgrid.policies.loading import parse
from vetgrid.policies.models import Clause, Faq, Policy
from vetgrid.policies.permissions import PoliciesPermission
from vetgrid.policies.tokens import words


@transaction.atomic
def add_policy(
    *,
    title: str,
    number: str,
    issuer: str,
    level: str,
    issued_on: date,
    effective_from: date,
    text: str,
    by: Actor,
    today: date,
    summary: str = "",
) -> Policy:
    """新增政策: the text is split at 第…条; a text without such numbers becomes one clause."""
    division = _place(by, PoliciesPermission.EDIT)
    found = {}
    if not title.strip():
        found["title"] = "请填写政策名称。"
    if level not in Policy.Level.values:
        found["level"] = "请选择政策层级。"
    if issued_on > today:
        found["issued_on"] = "发布日期不能晚于今天。"
    if not text.strip():
        found["text"] = "请粘贴政策正文。"
    if found:
        raise Invalid(fields=found)
    if Policy.objects.filter(title=title.strip(), issued_on=issued_on).exists():
        raise Conflict("政策库里已有同名、同日发布的文件。")
    policy = Policy(
        division=division,
        title=title.strip(),
        number=number.strip(),
        issuer=issuer.strip(),
        level=level,
        issued_on=issued_on,
        effective_from=effective_from,
        summary=summary.strip(),
    )
    policy.save(force_insert=True)
    parts = [(entry.label, entry.chapter, entry.text) for entry in parse("<!-- INFO END -->\n" + text)]
    for position, (label, chapter, body) in enumerate(parts or [("全文", "", text.strip())], start=1):
        Clause(
            division=division,
            policy=policy,
            position=position,
            label=label,
            chapter=chapter[:60],
            text=body,
            effective_from=effective_from,
            words=words(body),
            title_words=words(policy.title),
        ).save(force_insert=True)
    record(by, PoliciesPermission.EDIT, division=division, table="policies_policy", row=policy.id)
    return policy


def _place(by: Actor, permission: PoliciesPermission) -> int:
    """The place in whose name the actor keeps the library."""
    require(by, permission)
    return by.places(permission).low


@transaction.atomic
def end_policy(*, policy_id: UUID, effective_to: date, by: Actor, today: date) -> Policy:
    """废止: the last day of force, for the policy and its clauses."""
    policy = Policy.objects.select_for_update().filter(pk=policy_id).first()
    if policy is None:
        raise NotFound("没有找到这份政策文件,或它不由您维护。")
    require(by, PoliciesPermission.EDIT, at=policy.division)
    if effective_to < policy.effective_from:
        raise Invalid(fields={"effective_to": "废止日期不能早于施行日期。"})
    policy.effective_to, policy.version = effective_to, policy.version + 1
    policy.save(update_fields=["effective_to", "version"])
    Clause.objects.filter(policy=policy, effective_to=None).update(effective_to=effective_to)
    record(by, PoliciesPermission.EDIT, division=policy.division, table="policies_policy", row=policy.id)
    return policy


def _clause(clause_id: UUID, by: Actor) -> Clause:
    clause = Clause.objects.select_for_update(of=("self",)).select_related("policy").filter(pk=clause_id).first()
    if clause is None:
        raise NotFound("没有找到这个条款,或它不由您维护。")
    require(by, PoliciesPermission.EDIT, at=clause.division)
    return clause


@transaction.atomic
def explain_clause(*, clause_id: UUID, explanation: str, by: Actor, today: date) -> Clause:
    """白话解释: what the clause means for a veteran, in plain words."""
    clause = _clause(clause_id, by)
    if len(explanation) > 1000:
        raise Invalid(fields={"explanation": f"解释太长({len(explanation)}字),最多1000字。"})
    clause.explanation = explanation.strip()
    clause.words = words(clause.text + clause.explanation)
    clause.save(update_fields=["explanation", "words"])
    record(by, PoliciesPermission.EDIT, division=clause.division, table="policies_clause", row=clause.id)
    return clause


@transaction.atomic
def replace_clause(*, clause_id: UUID, text: str, effective_from: date, by: Actor, today: date) -> Clause:
    """修订条款: a new version from a day; the old one ends the day before and stays readable."""
    clause = _clause(clause_id, by)
    if clause.effective_to is not None:
        raise Conflict("这个版本已经失效,请修订现行版本。")
    if not text.strip():
        raise Invalid(fields={"text": "请填写修订后的条款内容。"})
    if effective_from <= clause.effective_from:
        raise Invalid(fields={"effective_from": f"新版本的施行日期要晚于现行版本({clause.effective_from})。"})
    clause.effective_to = effective_from - timedelta(days=1)
    clause.save(update_fields=["effective_to"])
    fresh = Clause(
        division=clause.division,
        policy=clause.policy,
        position=clause.position,
        label=clause.label,
        chapter=clause.chapter,
        text=text.strip(),
        effective_from=effective_from,
        words=words(text),
        title_words=clause.title_words,
    )
    fresh.save(force_insert=True)
    record(by, PoliciesPermission.EDIT, division=clause.division, table="policies_clause", row=fresh.id)
    return fresh


@transaction.atomic
def propose_faq(*, question: str, answer: str, clause_ids: Sequence[UUID], by: Actor, today: date) -> Faq:
    """推荐问答: anyone who may read the library proposes; somebody else decides. Called by other domains too."""
    if not question.strip() or not answer.strip():
        raise Invalid(fields={"question": "问题和答复都要填写。"})
    places = by.places(PoliciesPermission.READ)
    division = ancestor(places.low, Level.COUNTY) if places else 0
    require(by, PoliciesPermission.READ)
    entry = Faq(
        division=division,
        question=question.strip(),
        answer=answer.strip(),
        clauses=[str(key) for key in clause_ids],
        words=words(question + answer),
        proposed_by=by.id,
        proposed_by_name=by.name,
        proposed_at=now(),
    )
    with lending("policies", Places.only([division])):
        entry.save(force_insert=True)
    record(by, "policies.propose", division=division, table="policies_faq", row=entry.id)
    return entry


@transaction.atomic
def decide_faq(*, faq_id: UUID, is_approved: bool, refusal: str, by: Actor, today: date) -> Faq:
    """审核问答: by another person than the one who proposed it."""
    entry = Faq.objects.select_for_update().filter(pk=faq_id).first()
    if entry is None:
        raise NotFound("没有找到这条问答,或您没有审核权限。")
    require(by, PoliciesPermission.APPROVE, at=entry.division)
    if entry.state != Faq.State.PROPOSED:
        raise Conflict("这条问答已经审核过。")
    if entry.proposed_by == by.id:
        raise Conflict("推荐人不能审核自己推荐的问答,需要两个人。")
    if not is_approved and not refusal.strip():
        raise Invalid(fields={"refusal": "不采用的,请写明理由。"})
    entry.state = Faq.State.APPROVED if is_approved else Faq.State.REFUSED
    entry.refusal, entry.decided_by_name, entry.decided_at = refusal.strip()[:300], by.name, now()
    entry.save(update_fields=["state", "refusal", "decided_by_name", "decided_at"])
    record(by, PoliciesPermission.APPROVE, division=entry.division, table="policies_faq", row=entry.id)
    return entry
