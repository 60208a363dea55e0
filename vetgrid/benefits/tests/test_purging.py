"""Simulations whose time is over are removed by the worker, not only hidden."""

from datetime import date

from django.utils import timezone

from tests import builders as make
from vetgrid.benefits.actions import simulating as actions
from vetgrid.benefits.models import Proposal, Simulation
from vetgrid.core.scope import acting


def test_what_is_kept_no_longer_is_removed_except_what_runs_or_belongs_to_a_proposal(own_database):
    make.county()
    chief = make.actor("section_chief", make.COUNTY, "股长")
    over, last = date(2023, 9, 29), date(2023, 9, 30)
    common = {"division": make.COUNTY, "asked_by": chief.id, "asked_by_name": "股长", "asked_at": timezone.now()}
    with acting(make.system()):
        kept = {
            name: Simulation.objects.create(label=name, state=state, expires_on=on, **common)
            for name, state, on in (
                ("过期", "done", over),
                ("当天", "done", last),
                ("还在测算", "running", over),
                ("没有完成", "failed", over),
                ("标准变更的", "done", over),
            )
        }
    with acting(chief):
        Proposal.objects.create(
            division=make.COUNTY,
            label="提标",
            document="文件",
            trust="A",
            effective_on=date(2024, 1, 1),
            known_since=date(2023, 12, 1),
            state="proposed",
            proposed_by=chief.id,
            proposed_by_name="股长",
            proposed_at=timezone.now(),
            simulation=kept["标准变更的"],
        )
    with acting(make.system()) as by:
        assert actions.purge(by=by, today=last) == 2
        assert actions.purge(by=by, today=last) == 0
        left = set(Simulation.objects.values_list("label", flat=True))
    assert left == {"当天", "还在测算", "标准变更的"}
