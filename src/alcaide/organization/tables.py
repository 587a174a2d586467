"""The list of people: columns, views, filters."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.common import words
from alcaide.common.lists import Choice, Column, FirstDay, Listing, ListPage, Page, View, Words
from alcaide.common.permissions import Scope, scope_of
from alcaide.organization.models import CHANGE, SEE, Person
from alcaide.organization.queries import can_still_enter, has_left, role_labels, units_to_choose, works_here


def _dress(rows: Sequence[Any], user: Any) -> None:
    labels = role_labels(person.user_id for person in rows if person.user_id)
    scope = scope_of(user)
    for person in rows:
        person.role_words = ", ".join(labels.get(person.user_id, []))
        person.manager_words = _manager(person.manager, scope)


def _manager(manager: Person | None, scope: Scope) -> str:
    """Name whom somebody reports to, where the reader sees people of their unit."""
    if manager is None:
        return ""
    return manager.name if scope.allows(SEE, manager.unit_id) else _("outside your units")


def _left(person: Person) -> str:
    if person.left_on is None or not has_left(person):
        return ""
    return _("left on %(day)s") % {"day": words.day(person.left_on, today=timezone.localdate())}


def _sign_in(person: Person) -> str:
    if person.user is None:
        return _("no")
    return _("yes") if person.user.is_active else _("closed")


PEOPLE = Listing(
    name="people",
    label=gettext_lazy("People"),
    rows=lambda user: Person.objects.select_related("unit", "user", "manager"),
    sort="name",
    columns=(
        Column("name", gettext_lazy("Name"), second=_left, order="name", role="lead",
               url=lambda person: reverse("person", args=[person.uid])),
        Column("title", gettext_lazy("Title"), order="title", role="more"),
        Column("unit", gettext_lazy("Unit"), value="unit.name", order="unit__name"),
        Column("email", gettext_lazy("E-mail"), order="email"),
        Column("number", gettext_lazy("HR number"), value="hr_number", order="hr_number", shown=False),
        Column("kind", gettext_lazy("Engagement"), value="get_kind_display", order="kind", shown=False),
        Column("manager", gettext_lazy("Reports to"), value="manager_words", shown=False),
        Column("joined", gettext_lazy("Joined"), value=lambda person: person.joined_on or ""),
        Column("left", gettext_lazy("Left"), value=lambda person: person.left_on or "", shown=False),
        Column("sign_in", gettext_lazy("May sign in"), value=_sign_in),
        Column("roles", gettext_lazy("Roles"), value="role_words"),
    ),
    views=(
        View("here", gettext_lazy("Work here"), only=works_here),
        View("signs-in", gettext_lazy("May sign in"), only=Q(user__is_active=True)),
        View("open", gettext_lazy("Left, not closed"), only=can_still_enter),
        View("left", gettext_lazy("Left"), only=lambda: ~works_here()),
    ),
    filters=(
        Words("text", gettext_lazy("Name, title, e-mail"), subject_kind=Person.SUBJECT),
        Choice("unit", gettext_lazy("Unit"), field="unit__uid", choices=units_to_choose),
        Choice("kind", gettext_lazy("Engagement"), field="kind", choices=Person.KINDS),
    ),
    dress=_dress,
    state=lambda person: "late" if _left(person) and person.role_words else "",
    first_day=FirstDay(
        "users", gettext_lazy("Nobody is listed yet."),
        gettext_lazy("Add the people who own something or decide something first; the rest can follow."),
        ((gettext_lazy("Add a person"), "person-new"),),
    ),
    # A file of names and addresses leaves the house; only who keeps them may make it.
    export_permission=CHANGE,
)  # fmt: skip


class PeoplePage(ListPage):
    """The people that the user sees."""

    listing = PEOPLE
    permission = SEE
    template = "organization/people.html"

    def headline(self, page: Page) -> tuple[str, str]:
        view = "" if page.is_filtered or page.view is None else page.view.key
        said = _answer(view, page.total.shown) % {"n": page.total}
        return said[:1].upper() + said[1:], self._rest(page) if view in {"here", "signs-in"} else ""

    def more(self, page: Page) -> dict[str, Any]:
        return {"may_change": scope_of(self.request.user).allows(CHANGE)}

    def _rest(self, page: Page) -> str:
        """Say what matters beside the number: leavers whose way in is open."""
        counts = {view.key: tab.count for tab, view in zip(page.tabs, PEOPLE.views, strict=True)}
        left = counts["open"]
        if left is None:
            return ""
        said = ngettext("%(n)s left and can still get in.", "%(n)s left and can still get in.", left.shown)
        return said % {"n": left} if left else ""


def _answer(view: str, number: int) -> str:
    match view:
        case "here":
            return ngettext("%(n)s person works here.", "%(n)s people work here.", number)
        case "signs-in":
            return ngettext("%(n)s person may sign in.", "%(n)s people may sign in.", number)
        case "open":
            return ngettext(
                "%(n)s person left and can still get in.", "%(n)s people left and can still get in.", number
            )
        case "left":
            return ngettext("%(n)s person has left.", "%(n)s people have left.", number)
    return ngettext("%(n)s person fits.", "%(n)s people fit.", number)


def people_listing(request: HttpRequest) -> HttpResponseBase:
    """Answer with the list of people."""
    return PeoplePage.as_view()(request)
