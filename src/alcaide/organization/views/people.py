"""Pages of people: the list, one person, and whether they may sign in."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from sesame.utils import get_query_string

from alcaide.common import words
from alcaide.common.history import TRAIL_SEE
from alcaide.common.lists import DetailPage, Fact
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.organization import services
from alcaide.organization.forms import PersonForm
from alcaide.organization.models import CHANGE, CHANGE_STAFF, GRANT, SEE, SEE_RIGHTS, SEE_STAFF, Person
from alcaide.organization.queries import (
    absences,
    grants_in_force,
    grants_to_come,
    has_left,
    qualifications,
    told_of,
    unit_words,
    with_words,
)
from alcaide.organization.queries import people as people_seen
from alcaide.organization.tables import people_listing

from .asking import Asking, ask, kept

DAYS_BACK = 365


@rule(SEE)
def people(request: Asking) -> HttpResponseBase:
    """List the people that the user sees."""
    require(request.user, SEE)
    return people_listing(request)


class PersonPage(DetailPage):
    """One person: what is known, whether they may sign in, and as what."""

    permission = SEE
    template = "organization/person.html"
    crumb = (gettext_lazy("People"), "people")

    def rows(self, user: Any) -> QuerySet[Person]:
        return people_seen(user).select_related("unit__parent", "manager")

    def headline(self, row: Any) -> tuple[str, str]:
        if has_left(row):
            still = row.user is not None and (row.user.is_active or grants_in_force(row.user).exists())
            said = _("Left on %(day)s and can still get in.") if still else _("Left on %(day)s.")
            return f"{row.name}.", said % {"day": words.day(row.left_on, today=timezone.localdate())}
        return f"{row.name}.", ", ".join(part for part in (row.title, unit_words(row.unit)) if part) + "."

    def facts(self, row: Any) -> list[Fact]:
        unit = Fact(_("Unit"), unit_words(row.unit), url=reverse("unit", args=[row.unit.uid]))
        known = [Fact(_("Title"), row.title or None), unit, Fact(_("E-mail"), row.email or None)]
        manager = row.manager
        known += [
            Fact(_("HR number"), row.hr_number or None), Fact(_("Kind"), row.get_kind_display()),
            self._manager(manager),
            Fact(_("Place of work"), row.place or None), Fact(_("Joined"), row.joined_on),
        ]  # fmt: skip
        return [*known, Fact(_("Left") if has_left(row) else _("Leaves"), row.left_on)] if row.left_on else known

    def _manager(self, person: Person | None) -> Fact:
        """Name whom somebody reports to, where the reader sees people of their unit."""
        if person is None:
            return Fact(_("Reports to"), None)
        if not people_seen(self.request.user).filter(pk=person.pk).exists():
            return Fact(_("Reports to"), _("outside your units"))
        return Fact(_("Reports to"), person.name, url=reverse("person", args=[person.uid]))

    def _staff(self, row: Any) -> dict[str, Any]:
        """Return what only who answers for the person may see: qualifications, and absences of this year on."""
        user = self.request.user
        if not scope_of(user).allows(SEE_STAFF, row.unit_id):
            return {"sees_staff": False}
        since = timezone.localdate() - timedelta(days=DAYS_BACK)
        return {
            "sees_staff": True,
            "qualifications": qualifications(user).filter(person=row).select_related("verified_by").order_by("ends_on"),
            "absences": absences(user).filter(person=row, until_on__gte=since),
            "may_change_staff": scope_of(user).allows(CHANGE_STAFF, row.unit_id),
        }

    def more(self, row: Any) -> dict[str, Any]:
        scope = scope_of(self.request.user)
        may_change = scope.allows(CHANGE, row.unit_id)
        subjects = (row.subject, row.user.subject) if row.user else (row.subject,)
        before = self.request.GET.get("before")
        may_read = may_change or scope.allows(TRAIL_SEE)
        held = grants_to_come(row.user).select_related("unit__parent").order_by("id") if row.user else []
        return {
            "person": row,
            "has_left": has_left(row),
            "grants": with_words(held),
            "told": told_of(self.request.user, *subjects, before=before) if may_read else None,
            "may_change": may_change,
            "may_grant": scope.allows(GRANT, row.unit_id),
            **self._staff(row),
            "may_see_rights": row.user is not None
            and (row.user_id == self.request.user.pk or scope.allows(SEE_RIGHTS, row.unit_id)),
            "is_me": row.user_id == self.request.user.pk,
        }


@rule(CHANGE)
def person_new(request: Asking) -> HttpResponse:
    """Add a person, to the unit that the address names."""
    require(request.user, CHANGE)
    form = PersonForm(request.POST or None, user=request.user, initial={"unit": request.GET.get("unit")})
    if request.method == "POST" and form.is_valid():
        person = kept(form, services.add_person, request.user, **form.values)
        if person is not None:
            messages.success(request, _("“%(name)s” is added.") % {"name": person.name})
            return redirect("person", uid=person.uid)
    return ask(
        request, form, answer=_("Add a person."), rest=_("Name and unit are enough; the rest can wait."),
        back_url=reverse("people"), act=_("Add them"),
    )  # fmt: skip


@rule(CHANGE)
def person_edit(request: Asking, uid: str) -> HttpResponse:
    """Change a person."""
    person = get_object_or_404(people_seen(request.user).select_related("unit__parent"), uid=uid)
    require(request.user, CHANGE, unit_id=person.unit_id)
    back = reverse("person", args=[uid])
    form = PersonForm(request.POST or None, user=request.user, row=person)
    if request.method == "POST" and form.is_valid():
        changed = kept(
            form, services.change_person, request.user, person, opened_version=form.opened_version, **form.values
        )
        if changed is not None:
            messages.success(request, _("Saved."))
            return redirect(back)
        person.refresh_from_db()
    return ask(request, form, answer=_("Change %(name)s.") % {"name": person.name}, back_url=back)


@rule(GRANT)
@require_POST
def person_link(request: Asking, uid: str) -> HttpResponse:
    """Make a sign-in link that works once, for handing over in person."""
    person = get_object_or_404(people_seen(request.user), uid=uid)
    try:
        user = services.make_sign_in_link(request.user, person)
    except ValidationError as fault:
        messages.error(request, " ".join(fault.messages))
        return redirect("person", uid=uid)
    link = request.build_absolute_uri(reverse("sign-in-link")) + get_query_string(user)
    response = render(request, "organization/link.html", {"person": person, "link": link})
    # Whoever sits down at this machine later must not find the link by going back.
    response.headers["Cache-Control"] = "no-store"
    return response


@rule(GRANT)
@require_POST
def person_close(request: Asking, uid: str) -> HttpResponse:
    """Close a person's sign-in and withdraw their roles."""
    person = get_object_or_404(people_seen(request.user), uid=uid)
    try:
        withdrawn = services.close_sign_in(request.user, person)
    except services.LastHolder as fault:
        messages.error(request, str(fault))
        return redirect("person", uid=uid)
    said = _("%(name)s can no longer sign in; roles withdrawn: %(n)s.")
    messages.success(request, said % {"name": person.name, "n": len(withdrawn)})
    return redirect("person", uid=uid)
