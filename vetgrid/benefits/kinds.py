"""The kinds of work items of this domain, with the pages of their subjects."""

from vetgrid.work.kinds import Kind, declare

FINDING = Kind("benefit_finding", "待遇发现", "/benefits/findings/{id}")
APPLICATION = Kind("benefit_apply", "待遇申请", "/benefits/applications/{id}")
DEATH = Kind("death_report", "死亡信息核实", "/benefits/deaths/{id}")
GAP = Kind("benefit_gap", "迁入前欠发待遇", "/people/{id}/benefits")

declare(FINDING, APPLICATION, DEATH, GAP)
