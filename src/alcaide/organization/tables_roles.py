"""The list of granted roles."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.common.lists import Choice, Column, FirstDay, Flag, Listing, ListPage, Page, View, Words
from alcaide.common.permissions import scope_of
from alcaide.organization.models import GRANT, SEE, SEE_RIGHTS, Grant
from alcaide.organization.queries import grants, in_force, role_names, role_words_of, today, units_to_choose

SOON = timedelta(days=14)


def ends_soon() -> Q:
    """Return the condition for roles that are held and end within two weeks."""
    return in_force() & Q(until_on__lte=today() + SOON)


def _dress(rows: Sequence[Any], _user: Any) -> None:
    names, day = role_words_of(row.role for row in rows), today()
    for row in rows:
        row.role_label = names[row.role]
        row.state_words = state_words(row, day)


def state_words(held: Grant, day: Any) -> str:
    """Return how a granted role stands on a day."""
    if held.withdrawn_at is not None:
        return _("withdrawn")
    if held.from_on > day:
        return _("begins later")
    if held.until_on is not None and held.until_on < day:
        return _("has run out")
    if held.moved_on is not None:
        return _("runs out: moved away")
    return _("ends soon") if held.until_on is not None and held.until_on <= day + SOON else _("held")


def _person_url(held: Any) -> str:
    person = getattr(held.user, "person", None)
    return reverse("person", args=[person.uid]) if person else ""


def _until(held: Grant) -> Any:
    """Return the last day of a role: when it was withdrawn, else the one set."""
    if held.withdrawn_at is not None:
        return timezone.localdate(held.withdrawn_at)
    return held.until_on or _("no end")


GRANTS = Listing(
    name="grants",
    label=gettext_lazy("Granted roles"),
    rows=grants,
    sort="who",
    columns=(
        Column("who", gettext_lazy("Who"), value="user.name", order="user__name", role="lead", url=_person_url,
               second=lambda held: held.user.email),
        Column("role", gettext_lazy("Role"), value="role_label", order="role"),
        Column("unit", gettext_lazy("Where, with everything below"), value="unit.name", order="unit__name",
               url=lambda held: reverse("unit", args=[held.unit.uid])),
        Column("from", gettext_lazy("From"), value="from_on", order="from_on"),
        Column("until", gettext_lazy("Until"), value=_until),
        Column("state", gettext_lazy("State"), value="state_words"),
        Column("by", gettext_lazy("Granted by"), shown=False,
               value=lambda held: held.granted_by.name if held.granted_by else _("the house")),
        Column("rule", gettext_lazy("How"), value=lambda held: _("by a rule") if held.follows_id else _("by hand")),
    ),
    views=(
        View("held", gettext_lazy("Held today"), only=in_force),
        View("soon", gettext_lazy("Ends within 14 days"), only=ends_soon),
        View("later", gettext_lazy("Begins later"),
             only=lambda: Q(withdrawn_at__isnull=True, from_on__gt=today())),
        View("over", gettext_lazy("Over"),
             only=lambda: Q(withdrawn_at__isnull=False) | Q(until_on__lt=today())),
    ),
    filters=(
        Words("text", gettext_lazy("Name or e-mail"), fields=("user__name", "user__email")),
        Choice("role", gettext_lazy("Role"), field="role", choices=lambda user: list(role_names().items())),
        Choice("unit", gettext_lazy("Unit"), field="unit__uid", choices=units_to_choose),
        Flag("endless", gettext_lazy("Without an end"), only=Q(until_on__isnull=True)),
        Flag("moved", gettext_lazy("Moved away"), only=Q(moved_on__isnull=False)),
    ),
    dress=_dress,
    state=lambda held: "late" if held.moved_on is not None and held.withdrawn_at is None else "",
    first_day=FirstDay(
        "user-shield", gettext_lazy("Nobody holds a role here yet."),
        gettext_lazy("Grant one: it reaches everything below the unit."),
        ((gettext_lazy("Grant a role"), "grant-new"),),
    ),
    # Who may do what, for the whole house, as a file: only for who answers for it.
    export_permission=SEE_RIGHTS,
)  # fmt: skip


class GrantsPage(ListPage):
    """The roles granted in units that the user sees."""

    listing = GRANTS
    permission = SEE
    template = "organization/grants.html"

    def headline(self, page: Page) -> tuple[str, str]:
        number = page.total.shown
        match "" if page.is_filtered or page.view is None else page.view.key:
            case "held":
                said = ngettext("%(n)s role is held.", "%(n)s roles are held.", number)
            case "soon":
                said = ngettext("%(n)s role ends within 14 days.", "%(n)s roles end within 14 days.", number)
            case "later":
                said = ngettext("%(n)s role begins later.", "%(n)s roles begin later.", number)
            case "over":
                said = ngettext("%(n)s role is over.", "%(n)s roles are over.", number)
            case _:
                said = ngettext("%(n)s granted role fits.", "%(n)s granted roles fit.", number)
        return said % {"n": page.total}, _("Each reaches everything below its unit.")

    def more(self, page: Page) -> dict[str, Any]:
        return {"may_grant": scope_of(self.request.user).allows(GRANT)}
