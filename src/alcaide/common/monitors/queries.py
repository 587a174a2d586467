"""Reads of the register: settings, versions, look-ups, unmaskings and remarks, as far as a user may see them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import history, registries
from alcaide.common.models import (
    EyesRequest,
    MonitorLook,
    MonitorRemark,
    MonitorSetting,
    MonitorVersion,
    TrailLine,
    Unmasking,
    User,
)
from alcaide.common.permissions import scope_of

from .declared import changed, monitors
from .keys import SEE, SEE_USE
from .places import unit_name

LOOKED_DAYS = 90
MOST_LINES = 40


@dataclass(frozen=True)
class Looked:
    """How often rows of a stream were given out in the last days, to how many people, how many rows."""

    times: int
    people: int
    rows: int
    names: int
    """How often the rows of one named person were given out."""


@dataclass(frozen=True)
class VersionTold:
    """One declaration that a version of the program brought, and what was new in it."""

    row: MonitorVersion
    said: tuple[str, ...]


def settings_seen(user: Any) -> QuerySet[MonitorSetting]:
    """Return the settings that concern a user: of their units, and of those above that reach them."""
    rows = MonitorSetting.objects.select_related("recorded_by", "agreed_by", "ended_by", "agreement")
    if not isinstance(user, User):
        return rows.none()
    scope = scope_of(user)
    return rows.filter(Q(unit_id__in=scope.units_for(SEE)) | Q(unit_id__in=scope.stands_in, with_below=True))


def unmaskings(user: Any) -> QuerySet[Unmasking]:
    """Return whose names were asked for, in the units where a user may see it, and what they asked themself."""
    rows = Unmasking.objects.select_related("asked_by", "granted_by", "request", "request__answered_by")
    if not isinstance(user, User):
        return rows.none()
    return rows.filter(Q(unit_id__in=scope_of(user).units_for(SEE_USE)) | Q(asked_by=user))


def looked(key: str, *, days: int = LOOKED_DAYS) -> Looked:
    """Return how often a stream was read in the last days; numbers without names."""
    rows = MonitorLook.objects.filter(monitor=key, at__gt=timezone.now() - timedelta(days=days))
    told = rows.aggregate(
        times=Count("pk"), people=Count("by", distinct=True), rows_given=Sum("rows"),
        names=Count("pk", filter=Q(how="named")),
    )  # fmt: skip
    return Looked(told["times"], told["people"], told["rows_given"] or 0, told["names"])


def versions(key: str) -> list[VersionTold]:
    """Return every declaration of a monitor, the newest first, each with what was new in it."""
    rows = list(MonitorVersion.objects.filter(monitor=key).order_by("-number"))
    told = zip(rows, [*rows[1:], None], strict=True)
    return [VersionTold(row, tuple(changed(last.body, row.body)) if last else ()) for row, last in told]


def remarks(key: str) -> QuerySet[MonitorRemark]:
    """Return what was said of a monitor, the newest first."""
    return MonitorRemark.objects.filter(monitor=key).select_related("by")


def changes(key: str, user: Any) -> list[history.Told]:
    """Return what the trail tells of a monitor and its settings, the newest first, without who looked."""
    subjects = [row.subject for row in settings_seen(user).filter(monitor=key)]
    lines = TrailLine.objects.filter(subject__in=[f"common.monitor:{key}", *subjects]).exclude(verb="look_at_monitor")
    return history.tell(lines.order_by("-seq")[:MOST_LINES], without=frozenset({"declared", "unit_id", "agreement_id"}))


def setting_subject(uid: str, user: Any) -> registries.Subject | None:
    """Name a setting to who may see it."""
    row = settings_seen(user).filter(uid=uid).first() if registries.is_uid(uid) else None
    return registries.Subject(title_of(row), reverse("monitor-setting", args=[row.uid])) if row else None


def unmasking_subject(uid: str, user: Any) -> registries.Subject | None:
    """Name an unmasking, by its pseudonym, to who may see that it was asked for."""
    row = unmaskings(user).filter(uid=uid).first() if registries.is_uid(uid) else None
    if row is None:
        return None
    title = _("The name behind %(who)s") % {"who": row.pseudonym}
    return registries.Subject(title, reverse("unmasking", args=[row.uid]))


def title_of(row: MonitorSetting) -> str:
    """Return what a setting is called: its monitor and its unit."""
    return _("%(monitor)s in %(unit)s") % {"monitor": label_of(row.monitor), "unit": unit_name(row.unit_id)}


def label_of(key: str) -> str:
    """Return a monitor's words, its key where the program no longer declares it."""
    return str(next((each.label for each in monitors() if each.key == key), key))


def waiting(row: MonitorSetting) -> EyesRequest | None:
    """Return the question by which a setting waits for somebody to agree."""
    return EyesRequest.objects.filter(about=row.subject, state="waiting").first()
