"""Writes of holds: drafting, placing, telling custodians, their answers, and the release by two."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import eyes
from alcaide.common.models import Hold, HoldCustodian, HoldTarget, User
from alcaide.common.notices import tell
from alcaide.common.permissions import Refused, require, require_everywhere
from alcaide.common.purging.held import user_of
from alcaide.common.purging.lock import lock_holds
from alcaide.common.trail import Actor, System, audit, differences, write

from .queries import ANSWER, HOLD_RELEASE, PLACE, unanswered

HOUSE = System("holds")
KIND = "hold"
FIELDS = ("matter", "ground", "ground_text", "notice", "kinds", "from_on", "until_on", "remind_days")
State = Hold.State


class WrongStep(ValueError):
    """The hold stands otherwise by now; the message says how."""


@write
def draft(  # noqa: PLR0913  each is one plain fact of the hold, all but the actor by name
    actor: Actor,
    *,
    matter: str,
    ground: str,
    ground_text: str,
    notice: str,
    kinds: Sequence[str] = (),
    from_on: date | None = None,
    until_on: date | None = None,
    remind_days: int = 7,
    subjects: Collection[str] = (),
    custodians: Collection[str] = (),
) -> Hold:
    """Write down a hold that is not in force yet. For counsel and the chief. Raises ValidationError."""
    require_everywhere(actor, PLACE)
    number = (Hold.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    made = Hold(
        number=number, matter=matter, ground=ground, ground_text=ground_text, notice=notice, kinds=sorted(kinds),
        from_on=from_on, until_on=until_on, remind_days=remind_days, opened_by=_user(actor),
    )  # fmt: skip
    _clean(made)
    made.save()
    audit(actor, "draft_hold", subject=made.subject, after=_told(made))
    for subject in subjects:
        _add_target(actor, made, subject)
    for person in custodians:
        _add_custodian(actor, made, person)
    return made


@write
def change(actor: Actor, hold: Hold, *, opened_version: int, **values: Any) -> Hold:
    """Change a draft. What is in force is widened by naming more, never narrowed. Raises WrongStep, LostUpdate."""
    require_everywhere(actor, PLACE)
    held = _in_state(hold, State.DRAFT)
    before = _told(held)
    for name in FIELDS:
        setattr(held, name, values.get(name, getattr(held, name)))
    held.kinds = sorted(held.kinds)
    _clean(held)
    held.save_version(opened_version=opened_version, fields=list(FIELDS))
    old, new = differences(before, _told(held))
    audit(actor, "change_hold", subject=held.subject, before=old, after=new)
    return held


@write
def drop(actor: Actor, hold: Hold) -> None:
    """Give up a draft. Raises WrongStep."""
    require_everywhere(actor, PLACE)
    held = _in_state(hold, State.DRAFT)
    _step(actor, held, "drop_hold", State.DROPPED)


@write
def place(actor: Actor, hold: Hold) -> Hold:
    """Put a hold in force: from this transaction on nothing that it catches goes, and its custodians are told.

    It waits for the chunk of a purge that is running, and no longer. Raises WrongStep.
    """
    require_everywhere(actor, PLACE)
    lock_holds(alone=True)
    held = _in_state(hold, State.DRAFT)
    held.placed_by, held.placed_at = _user(actor), timezone.now()
    _step(actor, held, "place_hold", State.IN_FORCE, "placed_by", "placed_at")
    for custodian in held.custodians.select_related("user"):
        _tell(actor, held, custodian)
    return held


@write
def add_target(actor: Actor, hold: Hold, *, subject: str) -> HoldTarget:
    """Let a hold catch one more record, person or unit. Raises WrongStep, ValidationError."""
    require_everywhere(actor, PLACE)
    lock_holds(alone=True)
    held = _in_state(hold, State.DRAFT, *Hold.HOLDING)
    _must_stay_wide(held)
    return _add_target(actor, held, subject)


@write
def add_custodian(actor: Actor, hold: Hold, *, person: str) -> HoldCustodian:
    """Name one more person who must keep what they have; told at once where the hold is in force.

    Raises WrongStep, ValidationError.
    """
    require_everywhere(actor, PLACE)
    lock_holds(alone=True)
    held = _in_state(hold, State.DRAFT, *Hold.HOLDING)
    _must_stay_wide(held)
    made = _add_custodian(actor, held, person)
    if held.is_holding:
        _tell(actor, held, made)
    return made


@write
def ask_release(actor: Actor, hold: Hold, *, why: str) -> Hold:
    """Ask that a hold ends; it holds on until another person releases it. Raises WrongStep, ValidationError."""
    require_everywhere(actor, PLACE)
    held = _in_state(hold, State.IN_FORCE)
    if not why.strip():
        raise ValidationError({"why": _("Say why the matter is over.")})
    held.release_asked_by, held.release_asked_at, held.release_why = _user(actor), timezone.now(), why.strip()[:400]
    _step(actor, held, "ask_release", State.RELEASE_ASKED, "release_asked_by", "release_asked_at", "release_why")
    return held


@write
def keep_on(actor: Actor, hold: Hold) -> Hold:
    """Refuse or take back a release that was asked. Raises WrongStep."""
    require_everywhere(actor, PLACE)
    held = _in_state(hold, State.RELEASE_ASKED)
    _step(actor, held, "keep_hold", State.IN_FORCE)
    return held


@write
def release(actor: Actor, hold: Hold) -> Hold:
    """End a hold whose release another person asked; what other holds keep stays. Raises WrongStep, eyes.SamePerson."""
    require_everywhere(actor, PLACE)
    lock_holds(alone=True)
    held = _in_state(hold, State.RELEASE_ASKED)
    eyes.gate(
        actor, HOLD_RELEASE, about=held.subject, unit_id=None, makers=[held.release_asked_by_id],
        asked_at=held.release_asked_at, title=held.matter,
    )  # fmt: skip
    held.released_by, held.released_at = _user(actor), timezone.now()
    _step(actor, held, "release_hold", State.RELEASED, "released_by", "released_at")
    told = [each.user for each in held.custodians.select_related("user") if each.user and each.told_at]
    words = _("Hold %(number)s is released. You may treat your records as usual again.") % {"number": held.number}
    tell(told, kind=KIND, words=words, url=reverse("holds-mine"), insist=True)
    return held


@write
def acknowledge(actor: User, custodian: HoldCustodian) -> HoldCustodian:
    """Say that one has read what one must keep. One's own only. Raises WrongStep, Refused."""
    held = _own(actor, custodian)
    held.acknowledged_at, held.declined_at, held.words = timezone.now(), None, ""
    held.save(update_fields=["acknowledged_at", "declined_at", "words", "changed_at"])
    audit(actor, "acknowledge_hold", subject=held.hold.subject, after={"custodian": held.person})
    return held


@write
def decline(actor: User, custodian: HoldCustodian, *, why: str) -> HoldCustodian:
    """Say why one cannot keep what is asked; counsel is told. The hold stands. Raises WrongStep, Refused."""
    held = _own(actor, custodian)
    if not why.strip():
        raise ValidationError({"why": _("Say why; counsel reads it.")})
    held.declined_at, held.acknowledged_at, held.words = timezone.now(), None, why.strip()[:400]
    held.save(update_fields=["acknowledged_at", "declined_at", "words", "changed_at"])
    audit(actor, "decline_hold", subject=held.hold.subject, after={"custodian": held.person, "why": held.words})
    if held.hold.placed_by:
        words = _("A custodian of hold %(number)s declined: %(why)s") % {"number": held.hold.number, "why": held.words}
        tell(held.hold.placed_by, kind=KIND, subject=held.hold.subject, words=words, insist=True)
    return held


@write
def record_answer(actor: Actor, custodian: HoldCustodian, *, words: str) -> HoldCustodian:
    """Write down that a person acknowledged otherwise, such as on paper. Raises ValidationError."""
    require_everywhere(actor, PLACE)
    held = HoldCustodian.objects.select_for_update(of=("self",)).select_related("hold").get(pk=custodian.pk)
    _in_state(held.hold, *Hold.HOLDING)
    if not words.strip():
        raise ValidationError({"words": _("Say how they answered, and where the paper is.")})
    held.acknowledged_at, held.declined_at, held.words = timezone.now(), None, words.strip()[:400]
    held.save(update_fields=["acknowledged_at", "declined_at", "words", "changed_at"])
    after = {"custodian": held.person, "how": held.words}
    audit(actor, "record_acknowledgement", subject=held.hold.subject, after=after)
    return held


@write
def remind(now: datetime | None = None) -> int:
    """Remind those who have not answered, each after their hold's days; returns how many were."""
    moment = now or timezone.now()
    count = 0
    for each in unanswered().filter(user__isnull=False).select_related("hold", "user"):
        last = each.reminded_at or each.told_at
        if last is None or last > moment - timedelta(days=each.hold.remind_days):
            continue
        _say(each, _("Reminder: ") + each.hold.notice)
        HoldCustodian.objects.filter(pk=each.pk).update(reminded_at=moment, reminders=F("reminders") + 1)
        audit(HOUSE, "remind_custodian", subject=each.hold.subject, after={"custodian": each.person})
        count += 1
    return count


def _own(actor: User, custodian: HoldCustodian) -> HoldCustodian:
    require(actor, ANSWER)
    held = (
        HoldCustodian.objects.select_for_update(of=("self",))
        .select_related("hold", "hold__placed_by")
        .get(pk=custodian.pk)
    )
    if held.user_id != actor.pk:
        raise Refused(_("Only the person who was told may answer."))
    _in_state(held.hold, *Hold.HOLDING)
    return held


def _tell(actor: Actor, hold: Hold, custodian: HoldCustodian) -> None:
    custodian.told_at = timezone.now()
    custodian.save(update_fields=["told_at", "changed_at"])
    if custodian.user is not None:
        _say(custodian, hold.notice)
    audit(actor, "tell_custodian", subject=hold.subject, after={"custodian": custodian.person})


def _say(custodian: HoldCustodian, words: str) -> None:
    if custodian.user is not None:
        tell(custodian.user, kind=KIND, subject=custodian.subject, words=words, insist=True)


def _add_target(actor: Actor, hold: Hold, subject: str) -> HoldTarget:
    kind, _sep, uid = subject.partition(":")
    if not kind or not uid:
        raise ValidationError({"subject": _("Name the record by its subject, such as assets.asset:….")})
    made, is_new = HoldTarget.objects.get_or_create(hold=hold, subject=subject)
    if is_new:
        audit(actor, "add_to_hold", subject=hold.subject, after={"what": subject})
    return made


def _add_custodian(actor: Actor, hold: Hold, person: str) -> HoldCustodian:
    made, is_new = HoldCustodian.objects.get_or_create(hold=hold, person=person, defaults={"user": user_of(person)})
    if not is_new:
        raise ValidationError({"person": _("This person is a custodian already.")})
    audit(actor, "add_custodian", subject=hold.subject, after={"custodian": person})
    return made


def _must_stay_wide(hold: Hold) -> None:
    """Naming one thing in a hold on everything would narrow it; that may be done only while it is a draft."""
    if hold.is_holding and not hold.targets.exists() and not hold.custodians.exists():
        raise WrongStep(_("This hold holds everything of its kinds and days. Place another one for what you name."))


def _clean(hold: Hold) -> None:
    hold.full_clean(exclude={field.name for field in Hold._meta.fields} - set(FIELDS), validate_unique=False)


def _in_state(hold: Hold, *states: str) -> Hold:
    held = Hold.objects.select_for_update().get(pk=hold.pk)
    if held.state not in states:
        state = held.get_state_display().lower()
        raise WrongStep(_("Hold %(number)s is %(state)s by now.") % {"number": held.number, "state": state})
    return held


def _step(actor: Actor, hold: Hold, verb: str, state: str, *fields: str) -> None:
    before, hold.state = hold.state, state
    hold.version += 1
    hold.save(update_fields=["state", "version", "changed_at", *fields])
    audit(actor, verb, subject=hold.subject, before={"state": before}, after={"state": state})


def _told(hold: Hold) -> dict[str, Any]:
    return {name: getattr(hold, name) for name in FIELDS}


def _user(actor: Actor) -> User | None:
    return actor if isinstance(actor, User) else None
