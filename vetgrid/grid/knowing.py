"""What a veteran knows of the grid and can prove himself by: the name of who answers for him."""

from vetgrid.citizens.second_facts import declare
from vetgrid.grid.models import Duty, Membership
from vetgrid.registry.models import Person


def is_contact(person: Person, text: str) -> bool:
    """Whether this is the name of the person's contact or deputy."""
    cells = Membership.objects.filter(person=person, to_on=None).values("cell")
    duties = Duty.objects.filter(cell__in=cells, to_on=None, kind__in=(Duty.Kind.CONTACT, Duty.Kind.DEPUTY))
    return text in set(duties.values_list("staff__name", flat=True))


declare("contact_name", is_contact)
