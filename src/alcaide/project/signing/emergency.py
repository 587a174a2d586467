"""What emergency access means for the house: the role it brings, who is told, and how it ends."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alcaide.common.jobs import Progress, job
from alcaide.common.models import BreakGlass, User
from alcaide.common.notices.kinds import Kind, Way, offer_kind
from alcaide.common.notices.services import tell
from alcaide.common.permissions import ROLES, scope_of
from alcaide.common.registries import Due, Subject, offer_due, offer_subject
from alcaide.common.signing.breaking import REVIEW_WITHIN, break_glass, end_access, waiting
from alcaide.common.signing.keys import REVIEW_BREAK_GLASS
from alcaide.common.signing.services import Place, forget_ended
from alcaide.common.trail import System, write
from alcaide.organization.models import Grant
from alcaide.organization.queries import root_unit
from alcaide.organization.services import grant, withdraw

EMERGENCY = System("emergency access")
BRINGS = "administrator" if "administrator" in ROLES else "chief"
TOLD = ("chief", "administrator", "auditor")


@write
def enter(place: Place, *, credential: str, who: str, why: str) -> BreakGlass | None:
    """Spend the credential, grant the role and tell everybody who must know; None where it is wrong or spent."""
    row = break_glass(place, credential=credential, who=who, why=why)
    if row is None or row.until is None:
        return None
    for held in Grant.objects.filter(user=row.user, withdrawn_at__isnull=True):
        withdraw(EMERGENCY, held)
    row.user.is_active = True
    made = grant(EMERGENCY, user=row.user, role=BRINGS, unit=root_unit(), until_on=_day(row.until))
    BreakGlass.objects.filter(pk=row.pk).update(grant_uid=made.uid)
    words = _("Emergency access was used by %(who)s from %(where)s: %(why)s. It ends at %(until)s UTC.") % {
        "who": who, "where": place.address or "–", "why": why[:120], "until": f"{row.until:%H:%M}",
    }  # fmt: skip
    tell(who_must_know(), kind="break_glass", words=words, subject="", url=reverse("break-glass-uses"))
    return row


def leave(row: BreakGlass) -> None:
    """Close emergency access and take its role back."""
    end_access(EMERGENCY, row)
    if row.grant_uid is None:
        return
    held = Grant.objects.filter(uid=row.grant_uid, withdrawn_at__isnull=True).select_related("user", "unit").first()
    if held is not None:
        withdraw(EMERGENCY, held)


def who_must_know() -> list[User]:
    """Return everybody who is told at once: chiefs, administrators, auditors, wherever they hold the role."""
    today = timezone.localdate()
    rows = Grant.objects.filter(role__in=TOLD, withdrawn_at__isnull=True, user__is_active=True, from_on__lte=today)
    ids = {row.user_id for row in rows if row.until_on is None or row.until_on >= today}
    return list(User.objects.filter(pk__in=ids).exclude(break_glass__isnull=False))


@job("sign_in.end_break_glass")
def end_over(progress: Progress) -> str:
    """Close emergency access whose hours are over."""
    progress.check_cancel()
    rows = list(BreakGlass.objects.filter(used_at__isnull=False, ended_at__isnull=True, until__lte=timezone.now()))
    for row in rows:
        leave(row)
    return f"{len(rows)} ended"


@job("sign_in.forget_ended")
def forget_places(progress: Progress) -> str:
    """Take places where nobody was seen for a month off the table."""
    progress.check_cancel()
    return f"{forget_ended()} forgotten"


def due(user: User) -> Iterator[Due]:
    """Yield the use that waits for its review, for who may review it."""
    if not scope_of(user).allows(REVIEW_BREAK_GLASS):
        return
    row = waiting()
    if row is None or row.used_at is None or row.user_id == user.pk:
        return
    why = _("Used by %(who)s: %(why)s") % {"who": row.who, "why": row.why[:100]}
    yield Due(row.subject, _("Emergency access was used and is not reviewed"), why, reverse("break-glass-uses"),
              _("Review"), "shield-exclamation", at=row.used_at + REVIEW_WITHIN, since=row.used_at)  # fmt: skip


def subject(uid: str, user: User) -> Subject | None:
    """Name a use of emergency access to who may review it."""
    if not scope_of(user).allows(REVIEW_BREAK_GLASS):
        return None
    return Subject(_("Emergency access"), reverse("break-glass-uses"))


def offer() -> None:
    """Offer the notice, the item on home and the subject's words."""
    label, told = gettext_lazy("Emergency access was used"), gettext_lazy("Always told at once.")
    offer_kind(Kind("break_glass", label, told, "shield-exclamation", Way.MAIL, is_always=True))
    offer_due("project.break_glass", due)
    offer_subject(BreakGlass.SUBJECT, "Emergency access", subject)


def _day(until: datetime) -> date:
    return timezone.localtime(until + timedelta(hours=1)).date()
