"""The register of rules and the ledger of what went."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from alcaide.common.lists import Choice, Column, FirstDay, Listing, View, Words
from alcaide.common.models import RetentionRule

from .declared import rule_of
from .queries import ledger, registered

THEN = {"purge": _("deleted"), "erase": _("names erased"), "ask": _("its owner is asked")}


def days_words(days: int) -> str:
    """Say a number of days."""
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": f"{days:,}"}


def _law(row: Any) -> str:
    return str(_("Law") if rule_of(row.key).is_law else _("Our proposal"))


def _named(row: Any) -> str:
    try:
        return str(rule_of(row.rule).label)
    except LookupError:
        return str(row.rule)


RULES = Listing(
    name="retention",
    label=_("classes of data"),
    rows=registered,
    columns=(
        Column("label", _("What"), value=lambda row: str(rule_of(row.key).label), order="label", role="lead",
               url=lambda row: reverse("retention-rule", args=[row.key])),
        Column("state", _("State"), value="get_state_display", order="state", role="side"),
        Column("days", _("Kept"), value=lambda row: days_words(row.days), order="days", role="per"),
        Column("since", _("Counted from"), value=lambda row: str(rule_of(row.key).counted_from)),
        Column("then", _("Then"), value=lambda row: str(THEN[rule_of(row.key).then]), role="limit"),
        Column("source", _("Source"), value=_law, role="more"),
        Column("owner", _("Owner"), value=lambda row: str(row.owner) if row.owner else str(_("nobody yet"))),
    ),
    sort="label",
    filters=(
        Words(label=_("Words"), fields=("label",)),
        Choice("state", _("State"), "state", RetentionRule.State.choices),
    ),
    views=(
        View("all", _("All"), Q()),
        View("force", _("In force"), Q(state="adopted")),
        View("proposed", _("Proposed"), Q(state="proposed")),
    ),
    first_day=FirstDay("hourglass", _("No class of data is declared."), _("Rooms declare theirs by themselves.")),
)  # fmt: skip

LEDGER = Listing(
    name="purges",
    label=_("purges"),
    rows=ledger,
    columns=(
        Column("rule", _("What"), value=_named, order="id", role="lead",
               url=lambda row: reverse("purge-run", args=[row.uid])),
        Column("began", _("When"), value="began_at", order="began_at", role="side"),
        Column("before", _("Before"), order="before", numeric=True),
        Column("gone", _("Gone"), order="gone", numeric=True, role="per"),
        Column("kept", _("Kept by holds"), order="kept", numeric=True, role="limit"),
        Column("in_use", _("In use"), order="in_use", numeric=True),
        Column("after", _("After"), value="after", numeric=True, role="more"),
    ),
    sort="-rule",
    filters=(Words(label=_("Words"), fields=("rule", "model", "why")),),
    views=(
        View("all", _("All"), Q()),
        View("kept", _("Something was kept"), Q(kept__gt=0)),
        View("open", _("Not finished"), Q(finished_at=None)),
    ),
    first_day=FirstDay("list-check", _("Nothing was purged yet."), _("Each run leaves its counts, and they add up.")),
)  # fmt: skip
