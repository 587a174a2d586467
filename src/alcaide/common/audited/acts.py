"""What was decided by one person alone, or tried; what two decided; emergency access."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common import registries
from alcaide.common.eyes import queries
from alcaide.common.eyes.acts import FLAGS
from alcaide.common.eyes.rights import SEE_ALL
from alcaide.common.eyes.shown import act_words
from alcaide.common.models import BreakGlass, EyesAnswer, EyesRequest, User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import AuditPart, AuditRow
from alcaide.common.signing.keys import REVIEW_BREAK_GLASS

from .telling import part


def overrides(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell what was applied alone in the period, and whatever still waits for a review."""
    if not scope_of(user).allows(SEE_ALL):
        return None
    rows = queries.overrides(user)
    still = rows.filter(state__in=queries.OPEN).count()
    here = rows.filter(Q(at__gte=since, at__lt=until) | Q(state__in=queries.OPEN)).order_by("-at", "-pk")
    asks = ngettext("%(n)s waits for a review.", "%(n)s wait for a review.", still) % {"n": still} if still else ""
    return part(
        here, _overrides, asks=asks, url=reverse("eyes-overrides"),
        counts=((_("In the period"), rows.filter(at__gte=since, at__lt=until).count()), (_("Not reviewed"), still)),
    )  # fmt: skip


def _overrides(rows: Sequence[Any]) -> Iterator[AuditRow]:
    for row in rows:
        asks = _("Not reviewed") if row.is_open else ""
        more = row.why
        if row.reviewed_by:
            more = _("%(why)s · %(state)s by %(who)s") % {
                "why": row.why, "state": row.get_state_display(), "who": row.reviewed_by.name,
            }  # fmt: skip
        yield AuditRow(row.at, row.title, row.by.name, more, reverse("eyes-override", args=[row.uid]), asks)


def emergencies(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell when the sealed credential for emergencies was used, and what nobody reviewed."""
    if not scope_of(user).allows(REVIEW_BREAK_GLASS):
        return None
    used = BreakGlass.objects.filter(used_at__isnull=False).select_related("reviewed_by").order_by("-used_at")
    still = used.filter(reviewed_at=None).count()
    asks = ngettext("%(n)s use waits for a review.", "%(n)s uses wait for a review.", still) % {"n": still}
    return part(
        used.filter(Q(used_at__gte=since, used_at__lt=until) | Q(reviewed_at=None)), _emergencies,
        asks=asks if still else "", url=reverse("break-glass-uses"),
    )  # fmt: skip


def _emergencies(rows: Sequence[Any]) -> Iterator[AuditRow]:
    for row in rows:
        more = row.why if row.reviewed_by is None else f"{row.why} · {row.reviewed_by.name}: {row.review}"
        asks = "" if row.reviewed_at else _("Not reviewed")
        yield AuditRow(row.used_at, _("Emergency access was used"), row.who, more, reverse("break-glass-uses"), asks)


def attempts(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell who tried to answer what they had asked."""
    if not scope_of(user).allows(SEE_ALL):
        return None

    def told(rows: Sequence[Any]) -> Iterator[AuditRow]:
        named = registries.subjects_of([row.about for row in rows], user)
        for row in rows:
            found = named.get(row.about)
            title = found.title if found else _("not yours to see, or gone")
            what = f"{act_words(row.act)}: {title}"
            yield AuditRow(row.at, what, row.by.name, row.get_how_display(), found.url if found else "")

    rows = queries.attempts(user).filter(at__gte=since, at__lt=until).order_by("-at", "-pk")
    return part(rows, told, url=reverse("eyes-attempts"))


def together(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell what one asked and another answered, and which answers are odd."""
    if not scope_of(user).covers_all(SEE_ALL):
        return None

    def told(rows: Sequence[Any]) -> Iterator[AuditRow]:
        named = registries.subjects_of([row.about for row in rows], user)
        for row in rows:
            found = named.get(row.about)
            flags = [str(FLAGS.get(flag, flag)) for flag in row.flags.split()]
            asked = _("asked by %(name)s") % {"name": row.maker.name} if row.maker else ""
            more = " · ".join(filter(None, [asked, row.get_right_display(), *flags]))
            what = act_words(row.act) + (f": {found.title}" if found else "")
            yield AuditRow(row.at, what, row.by.name, more, found.url if found else "")

    answers = EyesAnswer.objects.filter(at__gte=since, at__lt=until).select_related("by", "maker")
    asked = EyesRequest.objects.filter(asked_at__gte=since, asked_at__lt=until)
    counts = (
        (_("Questions asked"), asked.count()), (_("Refused"), asked.filter(state="refused").count()),
        (_("Still waiting"), asked.filter(state="waiting").count()),
        (_("Answers with something odd"), answers.exclude(flags="").count()),
    )  # fmt: skip
    return part(answers.order_by("-at", "-pk"), told, counts=counts, url=reverse("eyes-requests"))
