"""The door: who was refused, how people sign in, what was set."""

from collections import Counter
from datetime import datetime

from django.urls import reverse

from alcaide.common.history import TRAIL_SEE
from alcaide.common.models import BreakGlass, IdentityProvider, RetentionRule, SignInLine, SignInRules, User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import AuditPart
from alcaide.common.signing.keys import SEE_SIGN_INS
from alcaide.common.signing.queries import numbers_of

from .telling import lines_of, part, told_lines

# Settings of the house beside those that are records of their own.
SETTINGS = (
    "set_grace", "set_rate", "remove_rate", "set_budget", "forget_second_factors", "close_sign_in",
    "make_sign_in_link", "remove_backups", "make_feed", "register_retention",
)  # fmt: skip
KINDS = tuple(model.SUBJECT for model in (IdentityProvider, SignInRules, RetentionRule, BreakGlass))


def sign_ins(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell how often somebody was refused at the door: counts alone, no names."""
    if not scope_of(user).allows(SEE_SIGN_INS):
        return None
    found = Counter(numbers_of(since=since, until=until))
    kinds = SignInLine.What
    wanted = (kinds.REFUSED, kinds.FACTOR_REFUSED, kinds.LOCKED, kinds.IN, kinds.FACTOR_REMOVED, kinds.LINK)
    refused = sum(found[kind] for kind in wanted[:3])
    return AuditPart(
        counts=tuple((kind.label, found[kind]) for kind in wanted), total=refused, url=reverse("sign-ins"),
    )  # fmt: skip


def settings(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell what was set: how people sign in, retention, rates, budget, emergency access."""
    if not scope_of(user).allows(TRAIL_SEE):
        return None
    return part(lines_of(since, until, verbs=SETTINGS, kinds=KINDS), told_lines(user), url=reverse("trail"))
