"""Who can try the mini-program in a running demo county: living veterans of one town who are bound to no phone yet.

`python -m tests.miniprogram.people TOWN` prints them as JSON, run with the environment of the running program.
"""

import json
import sys

import django


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


def main() -> None:
    django.setup()
    from django.db import transaction

    from vetgrid.core.scope import acting, system_actor

    with transaction.atomic(), acting(system_actor("测试")):
        sys.stdout.write(json.dumps(unbound(int(sys.argv[1])), ensure_ascii=False))


if __name__ == "__main__":
    main()
