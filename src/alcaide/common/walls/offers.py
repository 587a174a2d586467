"""What walls offer to the house at its start."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alcaide.common.models import DisclosedCopy, MatterMember, MatterNote, User
from alcaide.common.notices import Kind, offer_kind
from alcaide.common.notices.kinds import Way
from alcaide.common.permissions import scope_of
from alcaide.common.registries import (
    AUDIT_ROWS,
    AuditPart,
    AuditRow,
    NavItem,
    Start,
    Subject,
    offer_audit,
    offer_due,
    offer_nav,
    offer_start,
    offer_subject,
)
from alcaide.common.retention.declared import Rule, offer_rule
from alcaide.common.trail import WALLED, provide_walls

from .due import due
from .queries import DISCLOSED, OPEN, behind, disclosed
from .services import NEWS, OPENED

DRAFT_DAYS = 30


def offer_walls() -> None:
    """Offer the side bar's entries, what is due, notices, and the rule by which drafts go. Called from `ready`."""
    provide_walls(behind)
    offer_kind(Kind(NEWS, _("A matter I am named on has news"), icon="lock", is_always=True))
    offer_kind(
        Kind(OPENED, _("Emergency access opened a matter"), icon="shield-exclamation", way=Way.MAIL, is_always=True)
    )
    offer_due("common.walls", due)
    offer_subject(WALLED, "Behind a wall", lambda _uid, _user: None)
    offer_subject(DisclosedCopy.SUBJECT, "Disclosure of counsel", _disclosed)
    offer_nav(NavItem("House", "Matters", "matters", "shield-lock", 932, OPEN))
    # Members who are not counsel come here by the bell, or by this; asking on each page would cost each a query.
    offer_start(Start(_("My matters"), "matters", "shield-lock", also="privileged counsel wall"))
    offer_nav(NavItem("House", "Disclosures", "disclosed", "file-export", 934, DISCLOSED))
    offer_audit("walls", _("Walls of counsel"), _told)
    offer_rule(
        Rule(
            "matter_drafts", _("Drafts behind walls"),
            _("Drafts in matters of counsel, of all matters together; what was kept as fact or advice stays."),
            MatterNote._meta.label,
            lambda cut: MatterNote._base_manager.filter(kind=MatterNote.Kind.DRAFT, changed_at__lt=cut),
            _("the last change"), DRAFT_DAYS, _("A draft says what nobody has decided to say."),
            _("Our own proposal. No law sets a number of days for this."), built_in=True,
        )
    )  # fmt: skip


def _disclosed(uid: str, user: Any) -> Subject | None:
    row = disclosed(user).filter(uid=uid).first()
    return Subject(f"{row.number}. {row.title}", reverse("disclosed-copy", args=[row.uid])) if row else None


def _told(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell that walls were opened in emergencies, and what counsel disclosed; never of which matter or why."""
    if not scope_of(user).allows(DISCLOSED):
        return None
    opened = MatterMember._base_manager.filter(since__gte=since, since__lt=until).exclude(emergency_why="")
    out = disclosed(user).filter(decided_at__gte=since, decided_at__lt=until)
    rows = [
        AuditRow(each.since, str(_("Emergency access opened a wall")), each.user.name)
        for each in opened.select_related("user").order_by("-since")[:AUDIT_ROWS]
    ] + [
        AuditRow(each.decided_at, str(_("Disclosed: %(title)s") % {"title": each.title}), each.decided_by.name,
                 more=each.left_out, url=reverse("disclosed-copy", args=[each.uid]))
        for each in out.order_by("-decided_at")[:AUDIT_ROWS]
    ]  # fmt: skip
    counts = [(_("Walls opened in an emergency"), opened.count()), (_("Disclosures of counsel"), out.count())]
    rows.sort(key=lambda row: row.at, reverse=True)
    return AuditPart(rows[:AUDIT_ROWS], counts, reverse("disclosed"), sum(number for _, number in counts))
