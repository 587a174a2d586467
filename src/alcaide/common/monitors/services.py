"""Recording a monitor for a unit, having it agreed, switching it off, remarking on it, and noting its versions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import eyes
from alcaide.common.clock import today as house_today
from alcaide.common.eyes.people import people
from alcaide.common.models import EyesRequest, MonitorRemark, MonitorSetting, MonitorVersion, StoredFile, User
from alcaide.common.notices import tell
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, System, audit, plain, write

from .declared import changed, digest_of, monitor_of, monitors
from .keys import AGREE_COUNCIL, AGREE_DPO, COUNCIL_AGREES, DPO_AGREES, KIND, RECORD, REMARK, STOP
from .places import unit_name

HOUSE = System("monitors")
State = MonitorSetting.State
LONGEST_WORDS = 2_000
MOST_DAYS = 3_650
RECORDED = (
    "monitor", "unit_id", "with_below", "purpose", "basis", "agreement_id", "no_agreement_why", "retention_days",
    "viewers", "since", "council", "council_on", "council_by",
)  # fmt: skip


class WrongStep(ValueError):
    """The setting stands otherwise by now; the message says how."""


@dataclass(frozen=True)
class Terms:
    """Under what a monitor shall run in a unit: all of it is recorded, or it stays off."""

    purpose: str
    basis: str
    retention_days: int
    viewers: Collection[str]
    since: date
    council: str
    council_on: date
    council_by: str
    agreement: StoredFile | None = None
    no_agreement_why: str = ""
    with_below: bool = False


@write
def record(actor: User, key: str, *, unit_id: int, terms: Terms) -> MonitorSetting:
    """Record under what a monitor shall run in a unit. It stays off until somebody else agrees.

    Needs the right in the unit. A draft that waits is given up for it. Raises ValidationError, WrongStep.
    """
    require(actor, RECORD, unit_id=unit_id)
    monitor = monitor_of(key)
    _must_be_whole(terms, unit_id=unit_id)
    for old in MonitorSetting.objects.select_for_update().filter(monitor=key, unit_id=unit_id, state=State.DRAFT):
        if _waiting(old) is not None:
            raise WrongStep(_("What was recorded before waits for an answer. Withdraw the question first."))
        old.state = State.DROPPED
        old.save_version(opened_version=old.version, fields=["state"])
    made = MonitorSetting.objects.create(
        monitor=key, unit_id=unit_id, with_below=terms.with_below, purpose=terms.purpose.strip(), basis=terms.basis,
        agreement=terms.agreement, no_agreement_why=terms.no_agreement_why.strip(),
        retention_days=terms.retention_days, viewers=sorted(terms.viewers), since=terms.since, council=terms.council,
        council_on=terms.council_on, council_by=terms.council_by.strip(), declared=monitor.body(), recorded_by=actor,
    )  # fmt: skip
    audit(actor, "record_monitor", subject=made.subject, after={**_told(made), "unit": unit_name(unit_id)})
    return made


@write
def ask_agreement(actor: User, setting: MonitorSetting, *, why: str) -> EyesRequest:
    """Ask the works council, or the data protection officer where there is none, to agree."""
    require(actor, RECORD, unit_id=setting.unit_id)
    held = _held(setting, State.DRAFT)
    act = AGREE_COUNCIL if held.council == MonitorSetting.Council.INFORMED else AGREE_DPO
    title = _("%(monitor)s in %(unit)s") % {"monitor": monitor_of(held.monitor).label, "unit": unit_name(held.unit_id)}
    given = {**_told(held), "declaration": digest_of(held.declared)}
    return eyes.ask(actor, act, subject=held.subject, unit_id=held.unit_id, given=given, why=why, title=title)


def agree(by: User, request: EyesRequest) -> str:
    """Let what was recorded take effect; called in the approval. Whoever recorded it never agrees to it."""
    held = MonitorSetting.objects.select_for_update().get(uid=request.about.partition(":")[2])
    needed = COUNCIL_AGREES if request.act == AGREE_COUNCIL else DPO_AGREES
    # A right that another person handed over does not make somebody the works council.
    require(by, needed, unit_id=held.unit_id)
    if by.pk == held.recorded_by_id:
        raise eyes.EyesRefused(_("You recorded this, so somebody else agrees."))
    for old in MonitorSetting.objects.select_for_update().filter(
        monitor=held.monitor, unit_id=held.unit_id, state=State.AGREED
    ):
        old.state, old.ended_at = State.REPLACED, timezone.now()
        old.save_version(opened_version=old.version, fields=["state", "ended_at"])
    held.state, held.agreed_by, held.agreed_at = State.AGREED, by, timezone.now()
    held.save_version(opened_version=held.version, fields=["state", "agreed_by", "agreed_at"])
    audit(by, "agree_to_monitor", subject=held.subject, before={"state": "draft"}, after={"state": "agreed"})
    return held.subject


def check_agreement(request: EyesRequest) -> str:
    """Return why a question can no longer be applied, "" where it can."""
    held = MonitorSetting.objects.filter(uid=request.about.partition(":")[2]).first()
    if held is None or held.state != State.DRAFT:
        return _("What was recorded stands otherwise by now.")
    if digest_of(monitor_of(held.monitor).body()) != request.given.get("declaration"):
        return _("The program declares this monitor otherwise by now. Record it again.")
    if plain(_told(held)) != {key: value for key, value in request.given.items() if key != "declaration"}:
        return _("What was recorded is not what was asked.")
    return ""


@write
def switch_off(actor: User, setting: MonitorSetting, *, why: str) -> MonitorSetting:
    """Switch a monitor off in a unit, at once and alone: stopping needs no second person. Raises WrongStep."""
    require(actor, STOP, unit_id=setting.unit_id)
    held = MonitorSetting.objects.select_for_update().get(pk=setting.pk)
    if held.state not in {State.AGREED, State.DRAFT}:
        raise WrongStep(_("It is off already: %(state)s.") % {"state": held.get_state_display().lower()})
    if _waiting(held) is not None:
        raise WrongStep(_("It waits for an answer. Refuse or withdraw the question instead."))
    was = held.state
    held.state = State.OFF if was == State.AGREED else State.DROPPED
    held.ended_by, held.ended_at, held.ended_why = actor, timezone.now(), _said(why)[:400]
    held.save_version(opened_version=held.version, fields=["state", "ended_by", "ended_at", "ended_why"])
    audit(actor, "switch_monitor_off", subject=held.subject, before={"state": was},
          after={"state": held.state, "why": held.ended_why})  # fmt: skip
    return held


@write
def remark(actor: User, key: str, *, words: str) -> MonitorRemark:
    """Keep what the works council, or the data protection officer, says of a monitor. It is never taken away."""
    require(actor, REMARK)
    monitor = monitor_of(key)
    made = MonitorRemark.objects.create(monitor=key, words=_said(words), by=actor, at=timezone.now())
    audit(actor, "remark_on_monitor", subject=f"common.monitor:{key}", after={"words": made.words})
    told = {row.recorded_by for row in MonitorSetting.objects.filter(monitor=key).select_related("recorded_by")}
    tell(told, kind=KIND, words=_("%(who)s remarks on “%(what)s”.") % {"who": actor.name, "what": monitor.label},
         url=reverse("monitor", args=[key]), by=actor)  # fmt: skip
    return made


@write
def note_versions(actor: Actor = HOUSE) -> int:
    """Keep every declaration that differs from the last one kept, and tell the works council what is new."""
    fresh = 0
    for monitor in monitors():
        body = monitor.body()
        last = MonitorVersion.objects.filter(monitor=monitor.key).order_by("-number").first()
        if last is not None and last.digest == digest_of(body):
            continue
        MonitorVersion.objects.create(
            monitor=monitor.key, number=last.number + 1 if last else 1, digest=digest_of(body), body=body,
            at=timezone.now(),
        )  # fmt: skip
        fresh += 1
        said = changed(last.body, body) if last else [_("new in this version of the program")]
        audit(actor, "declare_monitor", subject=f"common.monitor:{monitor.key}", after={"said": said})
        words = _("“%(what)s”: %(said)s") % {"what": monitor.label, "said": "; ".join(said)}
        if last is not None:
            rest = [*people().holders(COUNCIL_AGREES, None), *people().holders(DPO_AGREES, None)]
            tell(rest, kind=KIND, words=words, url=reverse("monitor", args=[monitor.key]))
    return fresh


def _must_be_whole(terms: Terms, *, unit_id: int) -> None:
    """Raise ValidationError, field by field, for what is missing or cannot be."""
    faults: dict[str, str] = {}
    if not terms.purpose.strip():
        faults["purpose"] = _("Say for what; what has no purpose stays off.")
    if terms.basis not in MonitorSetting.Basis.values:
        faults["basis"] = _("Choose the legal basis.")
    if terms.agreement is None and not terms.no_agreement_why.strip():
        faults["no_agreement_why"] = _("Give the agreement as a file, or say why none is needed.")
    if not 1 <= terms.retention_days <= MOST_DAYS:
        faults["retention_days"] = _("Between 1 and %(most)s days.") % {"most": MOST_DAYS}
    if not terms.viewers:
        faults["viewers"] = _("Name at least one role that may read it.")
    if terms.council not in MonitorSetting.Council.values:
        faults["council"] = _("Say whether the works council was informed, or that there is none.")
    elif terms.council == MonitorSetting.Council.NONE and people().holders(COUNCIL_AGREES, unit_id):
        faults["council"] = _("Somebody holds the role of the works council here. Inform them.")
    faults |= _faults_of_council(terms)
    if faults:
        raise ValidationError(faults)


def _faults_of_council(terms: Terms) -> dict[str, str]:
    faults = {}
    if terms.council_on > house_today():
        faults["council_on"] = _("That day is still to come.")
    if not terms.council_by.strip():
        faults["council_by"] = _("Say who informed them, or who checked that there is none.")
    return faults


def _told(row: MonitorSetting) -> dict[str, Any]:
    return {name: getattr(row, name) for name in RECORDED}


def _held(setting: MonitorSetting, state: str) -> MonitorSetting:
    held = MonitorSetting.objects.select_for_update().get(pk=setting.pk)
    if held.state != state:
        raise WrongStep(_("It stands otherwise by now: %(state)s.") % {"state": held.get_state_display().lower()})
    return held


def _waiting(row: MonitorSetting) -> EyesRequest | None:
    return EyesRequest.objects.filter(about=row.subject, state="waiting").first()


def _said(text: str) -> str:
    words = text.strip()
    if not words:
        raise ValidationError(_("Say it in words; they are read later."))
    return words[:LONGEST_WORDS]
