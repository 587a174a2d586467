"""Emergency access: a sealed credential that works once, for some hours, and is reviewed by somebody else."""

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import BreakGlass, User
from alcaide.common.permissions import Refused, require_everywhere
from alcaide.common.trail import Actor, audit, write

from .keys import REVIEW_BREAK_GLASS, SET_SIGN_IN
from .services import Place

# Without letters and digits that look alike on paper: 25 of 31 signs are 123 bits.
SIGNS, GROUPS, GROUP = "ABCDEFGHJKMNPQRSTUVWXYZ23456789", 5, 5
EMAIL = "break-glass@alcaide.invalid"
REVIEW_WITHIN = timedelta(hours=24)
LEAST_WORDS = 10


class NotReviewed(ValidationError):
    """The last use of emergency access waits for its review; only then is another credential made."""


@write
def seal_new(actor: Actor, *, hours: int) -> str:
    """Make a credential and return it, once: only its hash is kept. An unused one before it ends.

    For whoever sets how people sign in, everywhere. Raises Refused, NotReviewed where the last use was not reviewed.
    """
    require_everywhere(actor, SET_SIGN_IN)
    if waiting() is not None:
        raise NotReviewed(
            _("The last use of emergency access is not reviewed yet. Have it reviewed, then make another.")
        )
    user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, "Emergency access")
    User.objects.filter(pk=user.pk).update(is_active=False)
    now = timezone.now()
    BreakGlass.objects.filter(used_at__isnull=True, replaced_at__isnull=True).update(replaced_at=now)
    credential = "-".join("".join(secrets.choice(SIGNS) for _sign in range(GROUP)) for _group in range(GROUPS))
    made = BreakGlass.objects.create(
        made_at=now, made_by=actor.subject, credential_secret=make_password(_plain(credential)), hours=hours, user=user
    )
    audit(actor, "seal_break_glass", subject=made.subject, after={"hours": hours})
    return credential


def sealed_now() -> BreakGlass | None:
    """Return the credential that waits in the safe, None where none does."""
    return BreakGlass.objects.filter(used_at__isnull=True, replaced_at__isnull=True).order_by("-id").first()


def waiting() -> BreakGlass | None:
    """Return the use that nobody has reviewed yet, None where there is none."""
    return BreakGlass.objects.filter(used_at__isnull=False, reviewed_at__isnull=True).order_by("-id").first()


@write
def break_glass(place: Place, *, credential: str, who: str, why: str) -> BreakGlass | None:
    """Spend the credential. Returns its row, None where it is wrong, spent or replaced; the caller grants and tells."""
    row = sealed_now()
    if not check_password(_plain(credential), row.credential_secret if row else make_password(None)) or row is None:
        return None
    now = timezone.now()
    until = now + timedelta(hours=row.hours)
    spent = BreakGlass.objects.filter(pk=row.pk, used_at__isnull=True).update(
        used_at=now, until=until, who=who[:200], why=why, address=place.address
    )
    if not spent:
        return None
    User.objects.filter(pk=row.user_id).update(is_active=True)
    row.refresh_from_db()
    told = {"who": who, "why": why, "until": until, "address": place.address or ""}
    audit(row.user, "break_glass", subject=row.subject, after=told)
    return row


@write
def end_access(actor: Actor, row: BreakGlass) -> None:
    """Close emergency access: its account may not sign in until the next credential is spent. Raises Refused."""
    require_everywhere(actor, REVIEW_BREAK_GLASS)
    if not BreakGlass.objects.filter(pk=row.pk, ended_at__isnull=True).update(ended_at=timezone.now()):
        return
    User.objects.filter(pk=row.user_id).update(is_active=False)
    audit(actor, "end_break_glass", subject=row.subject)


@write
def review_use(actor: User, row: BreakGlass, *, words: str) -> None:
    """Say that a use of emergency access was looked at, by somebody other than who used it. Raises Refused."""
    require_everywhere(actor, REVIEW_BREAK_GLASS)
    if row.used_at is None or row.reviewed_at is not None:
        raise Refused(_("There is nothing to review here."))
    if actor.pk == row.user_id or _same(row.who, actor):
        raise Refused(_("Somebody else must review this: it was used in your name."))
    if len(words.strip()) < LEAST_WORDS:
        raise Refused(_("Say in a sentence what you looked at and what you found."))
    if row.ended_at is None:
        end_access(actor, row)
    BreakGlass.objects.filter(pk=row.pk).update(reviewed_at=timezone.now(), reviewed_by=actor, review=words.strip())
    audit(actor, "review_break_glass", subject=row.subject, after={"review": words.strip()})


def _same(who: str, user: User) -> bool:
    said = who.strip().casefold()
    return said in {user.email.casefold(), user.name.strip().casefold()}


def _plain(credential: str) -> str:
    return "".join(sign for sign in credential.upper() if sign in SIGNS)
