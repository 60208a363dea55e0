"""Cards of each town: applications, batches, files from outside."""

from typing import Any

from django.utils import timezone

from tests.scope.world.marks import DAY
from vetgrid.cards import models as cards


def cards_of(mark: str, things: dict[str, Any]) -> dict[str, Any]:
    """An application, a card, a batch and a file from outside of one town, each with its mark."""
    station, person = things["station"], things["person"]
    scoped: dict[str, Any] = {"division": station.division}
    now = timezone.now()
    step = {"move": "apply", "to_state": "made", "on": DAY, "at": now, "by_name": mark, "note": mark}
    found: dict[str, Any] = {}
    found["card_series"] = cards.Series.objects.create(key=mark, last=1, **scoped)
    one = cards.Application.objects.create(
        number=f"{mark}申领号",
        person=person,
        id_index=person.id_index,
        name=f"{mark}老兵",
        kind="veteran",
        identities="veteran",
        channel="home_visit",
        visit_address=f"{mark}路1号",
        province="35",
        bank="icbc",
        speaker_name=mark,
        station=station,
        state="made",
        stage_on=DAY,
        submitted_on=DAY,
        accepted_on=DAY,
        registered_at=now,
        registered_by_name=mark,
        **scoped,
    )
    found["card_application"] = one
    found["card_app_step"] = cards.Step.objects.create(application=one, **step, **scoped)
    found["card_paper"] = cards.Attachment.objects.create(
        application=one,
        material="form",
        file=things["file"].id,
        name=f"{mark}.pdf",
        size=1,
        added_by_name=mark,
        added_at=now,
        **scoped,
    )
    found["card_letter"] = cards.Letter.objects.create(
        application=one,
        kind="refusal",
        number=f"{mark}证文书",
        dated_on=DAY,
        template=1,
        content='{"title":"x","number":"x","addressee":"x","paragraphs":["x"],"seal":"x","dated":"x"}',
        digest="0",
        made_by_name=mark,
        **scoped,
    )
    card = cards.Card.objects.create(
        code=f"{mark}卡码",
        application=one,
        person=person,
        holder=f"{mark}老兵",
        number="6217001800000001",
        kind="veteran",
        bank="icbc",
        state="sent",
        stage_on=DAY,
        made_on=DAY,
        signed_on=DAY,
        **scoped,
    )
    found["card"] = card
    found["card_own_step"] = cards.CardStep.objects.create(card=card, **step, **scoped)
    batch = cards.Batch.objects.create(
        number=f"{mark}批号",
        leg="down",
        sender=station,
        origin=station.division,
        station=station,
        sent_on=DAY,
        sent_by_name=mark,
        sent_count=1,
        note=mark,
        **scoped,
    )
    found["card_batch"] = batch
    found["card_line"] = cards.BatchLine.objects.create(
        batch=batch, card=card, code=card.code, holder=card.holder, place=station.division, **scoped
    )
    found["step_file"] = cards.StepFile.objects.create(
        step="city",
        name=f"{mark}.xlsx",
        digest=mark,
        rows=1,
        applied=0,
        repeated=0,
        unmatched=1,
        loaded_at=now,
        loaded_by_name=mark,
        **scoped,
    )
    found["step_row"] = cards.StepRow.objects.create(
        file=found["step_file"], row_no=2, key=mark, cells=mark, outcome="unmatched", sentence=mark, **scoped
    )
    return found
