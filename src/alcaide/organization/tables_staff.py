"""The lists of qualifications and of liaisons."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.common.lists import Choice, Column, FirstDay, Flag, Listing, ListPage, Page, View
from alcaide.organization.models import CHANGE_STAFF, SEE, SEE_STAFF, Liaison, Qualification
from alcaide.organization.queries import ends_soon, liaison_in_force, units_to_choose, without_liaison
from alcaide.organization.services.staff import NEVER

MOST_NAMED = 12


def _is_over(row: Any) -> bool:
    return bool(row.ends_on < timezone.localdate())


QUALIFICATIONS = Listing(
    name="qualifications",
    label=gettext_lazy("Qualifications"),
    rows=lambda user: Qualification.objects.filter(withdrawn_at__isnull=True).select_related(
        "person__unit", "verified_by"
    ),
    sort="ends",
    columns=(
        Column("kind", gettext_lazy("What"), value="kind", role="lead", second="issuer",
               url=lambda row: reverse("qualification", args=[row.uid])),
        Column("person", gettext_lazy("Who"), value="person.name", second=lambda row: row.person.unit.name,
               url=lambda row: reverse("person", args=[row.person.uid])),
        Column("number", gettext_lazy("Number"), value="number"),
        Column("ends", gettext_lazy("Until"), order="ends_on", role="limit",
               value=lambda row: row.until_on or _("no end")),
        Column("state", gettext_lazy("State"), value=lambda row: _("ended") if _is_over(row) else _("holds")),
        Column("verified", gettext_lazy("Verified by"), value=lambda row: row.verified_by.name if row.verified_by
               else _("nobody yet")),
    ),
    views=(
        View("soon", gettext_lazy("Ends within 60 days"), only=ends_soon),
        View("unverified", gettext_lazy("Not verified"), only=Q(verified_at__isnull=True)),
        View("all", gettext_lazy("All"), only=Q()),
    ),
    filters=(
        Choice("unit", gettext_lazy("Unit"), field="person__unit__uid", choices=units_to_choose),
        Flag("endless", gettext_lazy("Without an end"), only=lambda: Q(ends_on=NEVER)),
    ),
    state=lambda row: "late" if _is_over(row) else "",
    first_day=FirstDay(
        "certificate", gettext_lazy("No qualifications yet."),
        gettext_lazy("Open a person and write down the licences that their work needs."),
        ((gettext_lazy("People"), "people"),),
    ),
    export_permission=CHANGE_STAFF,
)  # fmt: skip


class QualificationsPage(ListPage):
    """The qualifications that the user sees."""

    listing = QUALIFICATIONS
    permission = SEE_STAFF

    def headline(self, page: Page) -> tuple[str, str]:
        if page.view is not None and page.view.key == "soon" and not page.is_filtered:
            said = ngettext("%(n)s qualification ends soon.", "%(n)s qualifications end soon.", page.total.shown)
        else:
            said = ngettext("%(n)s qualification.", "%(n)s qualifications.", page.total.shown)
        return said % {"n": page.total}, _("Ended or ending within 60 days comes first.")


LIAISONS = Listing(
    name="liaisons",
    label=gettext_lazy("Liaisons"),
    rows=lambda user: Liaison.objects.select_related("unit", "person", "deputy"),
    sort="topic",
    columns=(
        Column("topic", gettext_lazy("For what"), order="topic", role="lead",
               url=lambda row: reverse("liaison", args=[row.uid])),
        Column("unit", gettext_lazy("Unit"), value="unit.name",
               url=lambda row: reverse("unit", args=[row.unit.uid])),
        Column("person", gettext_lazy("Who"), value="person.name",
               url=lambda row: reverse("person", args=[row.person.uid])),
        Column("deputy", gettext_lazy("Deputy"), value=lambda row: row.deputy.name if row.deputy else _("nobody")),
        Column("from", gettext_lazy("From"), value="from_on"),
        Column("until", gettext_lazy("Until"), value=lambda row: row.until_on or _("no end")),
    ),
    views=(
        View("now", gettext_lazy("Today"), only=liaison_in_force),
        View("all", gettext_lazy("All"), only=Q()),
    ),
    filters=(Choice("unit", gettext_lazy("Unit"), field="unit__uid", choices=units_to_choose),),
    first_day=FirstDay(
        "users", gettext_lazy("No liaisons yet."),
        gettext_lazy("Name for each department whom security turns to, and for what."),
        ((gettext_lazy("Name one"), "liaison-new"),),
    ),
)  # fmt: skip


class LiaisonsPage(ListPage):
    """The liaisons that the user sees; a unit without any is named."""

    listing = LIAISONS
    permission = SEE

    def headline(self, page: Page) -> tuple[str, str]:
        said = ngettext("%(n)s liaison.", "%(n)s liaisons.", page.total.shown) % {"n": page.total}
        rows = without_liaison(self.request.user)
        lacking = rows.count()
        if not lacking:
            return said, _("Every unit with people has one.")
        names = ", ".join(unit.name for unit in rows.order_by("name", "id")[:MOST_NAMED])
        more = _(" and others") if lacking > MOST_NAMED else ""
        return said, ngettext("%(n)s unit has none: %(names)s.", "%(n)s units have none: %(names)s.", lacking) % {
            "n": lacking, "names": names + more,
        }  # fmt: skip
