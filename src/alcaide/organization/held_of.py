"""What this room holds about a person, told to that person."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from alcaide.common.models import User
from alcaide.common.monitors.about_me import Held, HeldPart, part
from alcaide.organization.models import Absence, Grant, Liaison, Person, Qualification

from .queries import role_names


def held(user: User) -> Iterator[HeldPart]:
    """Yield a person's row in the staff list, roles, qualifications, absences and liaisons."""
    staff = Person.objects.filter(user=user)
    names = role_names()
    yield part(
        "person", _("Your row in the list of people"), rows=staff.select_related("unit", "manager"), told=_person,
        purpose=_("To know who works where, and who is asked what."),
        kept=_("While you work here; after that as the retention register says."),
        seen_by=_("Whoever sees the people of your unit"),
    )  # fmt: skip
    yield part(
        "roles", _("Your roles"), rows=Grant.objects.filter(user=user).select_related("unit").order_by("-from_on"),
        told=lambda row: Held(f"{names.get(row.role, row.role)}, {row.unit.name}", row.from_on, row.until_on),
        purpose=_("To say what you may see and do here."),
        kept=_("With the trail: who could do what must stay provable."),
        seen_by=_("Whoever sees who may do what"),
    )  # fmt: skip
    yield part(
        "qualifications", _("Your qualifications"), rows=Qualification.objects.filter(person__in=staff),
        told=lambda row: Held(row.kind, row.from_on, row.until_on, row.issuer),
        purpose=_("To put nobody on a task without the licence it asks for."),
        kept=_("With your row."), seen_by=_("The chief and the head of your unit"),
    )  # fmt: skip
    yield part(
        "absences", _("Your absences"), rows=Absence.objects.filter(person__in=staff).order_by("-from_on"),
        told=lambda row: Held(row.get_kind_display(), row.from_on, row.until_on),
        purpose=_("To know who answers meanwhile. That somebody is sick is noted, and no reason of it."),
        kept=_("With your row."), seen_by=_("The chief and the head of your unit"),
    )  # fmt: skip
    yield part(
        "liaisons", _("What you are the contact for"), rows=Liaison.objects.filter(person__in=staff),
        told=lambda row: Held(row.topic, row.from_on, row.until_on),
        purpose=_("So that departments know whom to ask."), kept=_("With your row."),
        seen_by=_("Whoever sees the people of your unit"),
    )  # fmt: skip


def _person(row: Person) -> Held:
    told = [row.email, row.hr_number, row.title, row.unit.name, row.place, str(row.manager or "")]
    return Held(row.name, row.joined_on, row.left_on, ", ".join(each for each in told if each))
