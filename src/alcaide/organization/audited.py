"""What this room tells the auditor of a period: who may do what since when."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common.audited.telling import lines_of, part, told_lines
from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import AuditPart
from alcaide.organization.models import CustomRole, FollowRule
from alcaide.organization.models.keys import SEE_RIGHTS

VERBS = ("grant", "renew", "role_not_taken", "role_not_brought", "let_sign_in", "close_sign_in", "let_run_out")
KINDS = (CustomRole.SUBJECT, FollowRule.SUBJECT)


def roles(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell which roles were granted, changed and withdrawn, and by whom."""
    if not scope_of(user).allows(SEE_RIGHTS):
        return None
    # Of what is withdrawn only what is a person's: measures and exceptions are withdrawn, too.
    rows = lines_of(since, until, verbs=VERBS, kinds=KINDS) | lines_of(since, until, verbs=("withdraw",)).filter(
        subject__startswith="common.user:"
    )
    granted, withdrawn = rows.filter(verb="grant").count(), rows.filter(verb="withdraw").count()
    counts = ((_("Granted"), granted), (_("Withdrawn"), withdrawn))
    return part(rows.order_by("-seq"), told_lines(user), counts=counts, url=reverse("grants"))
