"""The list of disclosures."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alcaide.common.lists import Column, FirstDay, Listing, Words

from .queries import disclosed

COPIES = Listing(
    name="disclosed",
    label=_("disclosures"),
    rows=disclosed,
    columns=(
        Column("title", _("Title"), value=lambda row: f"{row.number}. {row.title}", order="number", role="lead",
               url=lambda row: reverse("disclosed-copy", args=[row.uid])),
        Column("to_whom", _("For"), role="per"),
        Column("by", _("Decided by"), value="decided_by.name"),
        Column("at", _("When"), value="decided_at", order="decided_at", role="side"),
        Column("left_out", _("Left out"), role="more"),
    ),
    sort="-title",
    filters=(Words(label=_("Words"), fields=("title", "to_whom", "left_out")),),
    first_day=FirstDay(
        "file-export", _("Counsel has disclosed nothing."),
        _("What stands behind a wall comes out only as a copy, by a decision of its counsel."),
    ),
)  # fmt: skip
