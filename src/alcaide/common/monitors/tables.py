"""The list of names that were asked for."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alcaide.common.lists import Column, FirstDay, Listing, View
from alcaide.common.models import EyesRequest, Unmasking

from .places import unit_name
from .queries import label_of, unmaskings
from .unmasking import is_open


def state_words(row: Unmasking) -> Any:
    """Return how an asked name stands, in words."""
    if row.granted_at is not None:
        return _("Shown now") if is_open(row) else _("Was shown, hidden again")
    return row.request.get_state_display() if row.request else _("Asked")


def _asker(row: Unmasking) -> str:
    return row.asked_by.name


UNMASKINGS = Listing(
    name="unmaskings",
    label=_("names that were asked for"),
    rows=unmaskings,
    columns=(
        Column("pseudonym", _("Pseudonym"), order="pseudonym", role="lead",
               url=lambda row: reverse("unmasking", args=[row.uid])),
        Column("state", _("State"), value=state_words, role="side"),
        Column("monitor", _("Monitor"), value=lambda row: label_of(row.monitor), role="per"),
        Column("asked", _("Asked"), value="asked_at", order="asked_at", second=_asker, role="limit"),
        Column("unit", _("Unit"), value=lambda row: unit_name(row.unit_id), role="more"),
        Column("opened", _("Opened"), value="opened", numeric=True),
    ),
    sort="-asked",
    views=(
        View("all", _("All")),
        View("waiting", _("Waiting"), Q(request__state=EyesRequest.State.WAITING)),
        View("refused", _("Refused"), Q(request__state=EyesRequest.State.REFUSED)),
        View("shown", _("Shown"), Q(granted_at__isnull=False)),
    ),
    first_day=FirstDay(
        "fingerprint", _("Nobody’s name was asked for."),
        _("One role asks with a reason, somebody of another role agrees; both stay here, refusals too."),
    ),
)  # fmt: skip
