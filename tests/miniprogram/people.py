"""Who can try the mini-program in a running demo county.

`python -m tests.miniprogram.people TOWN` prints as JSON, run with the environment of the running program: the town's living
veterans who are bound to no phone yet, phones of bound ones for whom a benefit was found, and phones of those without a card.
"""

import json
import sys

import django

VILLAGE = 201
"""The part of a village's code after its town's: where the demo's contact works."""


def unbound(town: int) -> list[dict[str, str]]:
    from vetgrid.citizens.models import Binding
    from vetgrid.registry.models import Person, Service

    living = Person.objects.filter(is_veteran=True, died_on=None, left_on=None, merged_into=None)
    people = living.filter(division__gte=town, division__lt=town + 1000)
    people = people.exclude(pk__in=Binding.objects.values("person_id")).order_by("-id")[:60]
    found = []
    for person in people:
        service = Service.objects.filter(person=person, known_until=None).exclude(discharged_on=None).first()
        if service is not None and person.id_number is not None:
            year = str(service.discharged_on)[:4]
            number = person.id_number.reveal()
            found.append({"id": str(person.id), "name": person.name, "id_number": number, "year": year})
    return found


def found_for(village: int) -> list[dict[str, str]]:
    """Phones of bound persons with an open finding for which they may apply now; the night's look is done for one village."""
    from vetgrid.benefits.actions import sweeping
    from vetgrid.benefits.models import Finding
    from vetgrid.benefits.spelling import refresh_places
    from vetgrid.citizens.models import Binding
    from vetgrid.core.clock import today
    from vetgrid.core.places import Places
    from vetgrid.core.ruling.months import month_on
    from vetgrid.core.scope import system_actor

    refresh_places(Places.of([village]))
    sweeping.sweep(division=village, month=month_on(today()), by=system_actor("待遇巡查"), today=today())
    waiting = Finding.objects.filter(kind="missing", closed_on=None).order_by("person_id")
    people = list(waiting.values_list("person_id", flat=True)[:200])
    rows = Binding.objects.filter(person_id__in=people).select_related("account", "person").order_by("person_id")
    return [{"phone": row.account.phone.reveal(), "name": row.person.name} for row in rows if row.account.phone]


def cardless(town: int) -> list[dict[str, str]]:
    """Phones of bound persons of the town who hold no card and have not applied for one; without an ID number nobody may."""
    from vetgrid.cards.models import Application, Card
    from vetgrid.cards.states import LIVING
    from vetgrid.citizens.models import Binding

    here = Binding.objects.filter(ended_at=None, division__gte=town, division__lt=town + 1000, person__is_veteran=True)
    here = here.exclude(person_id__in=Card.objects.filter(state__in=LIVING).values("person_id"))
    here = here.exclude(person_id__in=Application.objects.filter(closed_on=None).values("person_id"))
    rows = here.filter(person__died_on=None).select_related("account", "person").order_by("person_id")
    return [
        {
            "phone": row.account.phone.reveal(),
            "name": row.person.name,
            "may_apply": "yes" if row.person.id_number is not None else "",
        }
        for row in rows
        if row.account.phone
    ]


def main() -> None:
    django.setup()
    from django.db import transaction

    from vetgrid.core.scope import acting, system_actor

    with transaction.atomic(), acting(system_actor("测试")):
        town = int(sys.argv[1])
        found = {"unbound": unbound(town), "found_for": found_for(town + VILLAGE), "cardless": cardless(town)}
        sys.stdout.write(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
