"""The list of holds."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alcaide.common.lists import Choice, Column, FirstDay, Listing, View, Words
from alcaide.common.models import Hold

from .queries import holds


def rows(user: Any) -> QuerySet[Hold]:
    """Return the holds with how many of their custodians have not answered."""
    open_ones = Q(custodians__acknowledged_at=None, custodians__declined_at=None, custodians__told_at__isnull=False)
    return holds(user).annotate(all_of_them=Count("custodians"), open_ones=Count("custodians", filter=open_ones))


HOLDS = Listing(
    name="holds",
    label=_("holds"),
    rows=rows,
    columns=(
        Column("matter", _("Matter"), value=lambda row: f"{row.number}. {row.matter}", order="number", role="lead",
               url=lambda row: reverse("hold", args=[row.uid])),
        Column("state", _("State"), value="get_state_display", order="state", role="side"),
        Column("ground", _("Ground"), value="get_ground_display", role="per"),
        Column("custodians", _("Custodians"), value="all_of_them", numeric=True),
        Column("open", _("Not answered"), value="open_ones", numeric=True, role="limit"),
        Column("since", _("Opened"), value="created_at", order="created_at", role="more"),
    ),
    sort="-matter",
    filters=(
        Words(label=_("Words"), fields=("matter", "ground_text")),
        Choice("state", _("State"), "state", Hold.State.choices),
    ),
    views=(
        View("all", _("All"), Q()),
        View("force", _("In force"), Q(state__in=Hold.HOLDING)),
        View("released", _("Released"), Q(state="released")),
    ),
    first_day=FirstDay(
        "lock", _("No legal hold."),
        _("While a hold is in force nothing that it catches can be deleted, by nobody and by no rule."),
        ((_("Write one"), "hold-new"),),
    ),
)  # fmt: skip
