"""Showing one name: asked with a reason by one role, agreed by another person of another role, for some hours."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import eyes
from alcaide.common.eyes.people import people
from alcaide.common.models import EyesRequest, Unmasking, User
from alcaide.common.notices import tell
from alcaide.common.permissions import Refused, require
from alcaide.common.trail import System, audit, write

from .declared import Monitor, monitor_of
from .keys import COUNCIL_AGREES, DPO_AGREES, KIND
from .names import masked, person_behind, typed
from .places import places
from .reading import named_rows
from .states import readable

HOUSE = System("monitors")
MOST_HOURS, MOST_DAYS = 72, 366


@dataclass(frozen=True)
class Shown:
    """A name behind a pseudonym with its rows, for who asked, until it is hidden again."""

    person: User
    rows: list[Any]


@write
def ask(actor: User, key: str, *, name: str, first: date, last: date, why: str, hours: int = 24) -> Unmasking:
    """Ask whose name stands behind a pseudonym, for some days of the stream. Somebody of another role answers.

    For a role that the monitor names, in the unit of the person, where the stream runs and the asker may read it.
    Raises ValidationError, Refused, AlreadyAsked.
    """
    monitor = monitor_of(key)
    require(actor, monitor.ask_permission)
    faults: dict[str, str] = {}
    if last < first or last - first > timedelta(days=MOST_DAYS):
        faults["last"] = _("The last day comes after the first, at most a year later.")
    if not 1 <= hours <= MOST_HOURS:
        faults["hours"] = _("Between 1 and %(most)s hours.") % {"most": MOST_HOURS}
    if not why.strip():
        faults["why"] = _("Say why: whoever answers has nothing else to go by, and the works council reads it.")
    wanted = typed(name)
    person = _behind(actor, monitor, wanted) if wanted else None
    if person is None:
        faults["name"] = _("Nobody in the units whose rows you read has this name. Copy it from the list.")
    if faults or person is None:
        raise ValidationError(faults)
    unit_id = places().unit_of(person.pk) or 0
    require(actor, monitor.ask_permission, unit_id=unit_id)
    if eyes_waiting := Unmasking.objects.filter(
        monitor=key, pseudonym=wanted, asked_by=actor, request__state="waiting"
    ).first():
        raise eyes.AlreadyAsked(_("You asked for %(name)s already; it waits.") % {"name": eyes_waiting.pseudonym})
    made = Unmasking.objects.create(
        monitor=key, pseudonym=wanted, unit_id=unit_id, from_on=first, until_on=last, hours=hours, why=why.strip(),
        asked_by=actor, asked_at=timezone.now(),
    )  # fmt: skip
    title = _("The name behind %(who)s") % {"who": wanted}
    given = {"monitor": key, "pseudonym": wanted, "from": first, "until": last, "hours": hours}
    made.request = eyes.ask(
        actor, monitor.act, subject=made.subject, unit_id=unit_id, given=given, why=why.strip(), title=title
    )
    made.save(update_fields=["request"])
    audit(actor, "ask_for_name", subject=made.subject, after={**given, "why": made.why})
    return made


def grant(by: User, request: EyesRequest) -> str:
    """Let a name be shown; called in the approval. The right to agree is held, never handed over."""
    row = Unmasking.objects.select_for_update().get(uid=request.about.partition(":")[2])
    monitor = monitor_of(row.monitor)
    # Two roles, not two signatures of one: who answers for somebody else does not stand in here.
    require(by, monitor.answer_permission, unit_id=row.unit_id)
    row.granted_by, row.granted_at = by, timezone.now()
    row.ends_at = row.granted_at + timedelta(hours=row.hours)
    row.save_version(opened_version=row.version, fields=["granted_by", "granted_at", "ends_at"])
    audit(by, "show_name", subject=row.subject, after={"to": row.asked_by.subject, "until": row.ends_at})
    officers = people().holders(DPO_AGREES, row.unit_id)
    words = _("%(who)s may see a name of “%(what)s” for %(hours)s hours; %(by)s agreed.") % {
        "who": row.asked_by.name, "what": monitor.label, "hours": row.hours, "by": by.name,
    }  # fmt: skip
    tell(officers, kind=KIND, subject=row.subject, words=words, insist=True)
    tell(people().holders(COUNCIL_AGREES, row.unit_id), kind=KIND, subject=row.subject, words=words)
    return row.subject


def check(request: EyesRequest) -> str:
    """Return why a name can no longer be shown, "" where it can."""
    row = Unmasking.objects.filter(uid=request.about.partition(":")[2]).first()
    if row is None or row.granted_at is not None:
        return _("It stands otherwise by now.")
    asked = {"monitor": row.monitor, "pseudonym": row.pseudonym, "from": row.from_on.isoformat(),
             "until": row.until_on.isoformat(), "hours": row.hours}  # fmt: skip
    return "" if asked == request.given else _("What stands here is not what was asked.")


def is_open(row: Unmasking) -> bool:
    """Tell whether the name may still be shown: granted, and its hours not over; a clock set back opens nothing."""
    now = timezone.now()
    return row.granted_at is not None and row.ends_at is not None and row.granted_at <= now < row.ends_at


@transaction.atomic
def show(user: User, row: Unmasking) -> Shown:
    """Show the name and the rows to who asked for them, and note it each time. Raises Refused."""
    if row.asked_by_id != user.pk:
        raise Refused(_("Only who asked may see the name."))
    if not is_open(row):
        raise Refused(_("The name is hidden: nobody agreed yet, or its hours are over."))
    monitor = monitor_of(row.monitor)
    require(user, monitor.ask_permission, unit_id=row.unit_id)
    person = _behind(user, monitor, row.pseudonym)
    if person is None:
        raise Refused(_("Nobody in the units whose rows you read has this name any more."))
    rows = named_rows(user, row.monitor, of=person, first=row.from_on, last=row.until_on, unit_id=row.unit_id)
    Unmasking.objects.filter(pk=row.pk).update(opened=F("opened") + 1)
    return Shown(person, rows)


def of_person(user: User, keys: list[str]) -> list[Unmasking]:
    """Return how often a person's own name was shown: what is over, so that no inquiry is given away."""
    mine = {masked(key, user.uid).rpartition(" ")[2]: key for key in keys}
    rows = Unmasking.objects.filter(pseudonym__in=mine, granted_at__isnull=False, ends_at__lte=timezone.now())
    return [row for row in rows.order_by("-pk") if mine[row.pseudonym] == row.monitor]


def _behind(user: User, monitor: Monitor, name: str) -> User | None:
    """Return the person behind a pseudonym among the people of those units whose rows a user may read."""
    units = readable(user, monitor.key)
    if not units:
        return None
    among = User.objects.filter(places().of_people("pk", list(units))).values_list("pk", "uid")
    pk = person_behind(monitor.key, name, among.iterator(chunk_size=5_000))
    return User.objects.filter(pk=pk).first() if pk is not None else None
