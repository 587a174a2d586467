"""Writes of what is tolerated: asked by one person, agreed by another, until a day, at a figure that is kept."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import eyes
from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.permissions import Refused, require
from alcaide.common.trail import Actor, System, audit, write
from alcaide.common.words import day, money
from alcaide.organization.queries import root_unit
from alcaide.risk.models import ACCEPTANCE, ACCEPTANCE_ABOVE, ASK, NEVER, Scenario, Tolerance
from alcaide.risk.queries.tolerances import LONGEST, RISE_PERCENT, Standing, is_owner, standing

LONGEST_WORDS = 2_000


class AlreadyDecided(ValidationError):
    """Somebody decided or withdrew it meanwhile; nothing was changed."""


@write
def ask_to_tolerate(actor: Actor, scenario: Scenario, *, until: date, reason: str) -> Tolerance:
    """Ask that a scenario be tolerated at its figure of the newest run until a day; somebody else decides.

    Who answers for the scenario may ask, and who holds the role in its unit. Refused: no price, a day that is past or
    more than a year off, no reason, a request that waits already.
    """
    _must_be_allowed_to_ask(actor, scenario)
    if scenario.retired_at is not None:
        raise ValidationError(_("“%(name)s” is retired, so there is nothing to tolerate.") % {"name": scenario.name})
    _check_until(until)
    words = _said(reason, "reason", "Say why it is tolerated for now, and what would change that.")
    if scenario.tolerances.filter(state="asked").exists():
        raise ValidationError(_("This was asked already and waits for a decision. Withdraw that first."))
    at = standing(scenario)
    if at is None:
        raise ValidationError(_("It has no price yet: nobody can agree to a figure that is not there."))
    made = Tolerance.objects.create(
        scenario=scenario, until=until, reason=words, run=at.run, currency=at.run.currency, loss_minor=at.loss.minor,
        low_minor=at.low.minor, high_minor=at.high.minor, limit_minor=at.limit.minor if at.limit else None,
        limit_chance=at.limit_chance, chance=at.chance, above_appetite=at.is_above,
        asked_by=actor if isinstance(actor, User) else None, asked_at=timezone.now(),
    )  # fmt: skip
    audit(
        actor, "ask_to_tolerate", subject=made.subject,
        after={"scenario": scenario.subject, "until": until, "loss": at.loss, "above_appetite": at.is_above},
    )  # fmt: skip
    return made


@write
def agree_to_tolerate(
    actor: Actor, tolerance: Tolerance, *, opened_version: int, note: str = "", emergency: str = ""
) -> Tolerance:
    """Agree that a scenario is tolerated; an earlier tolerance of it is replaced. Raises LostUpdate.

    Never by who asked. Above the appetite of the unit, or where it has none, only by the roles of the top. Refused
    where the figure rose meanwhile: nobody agrees to less than it is. emergency: why somebody who may ask goes on
    alone, within the appetite only; it is then listed until another reviews it. Raises eyes.SamePerson.
    """
    at, passed = _must_be_allowed_to_decide(actor, tolerance, emergency=emergency)
    _check_until(tolerance.until)
    if at is None:
        raise ValidationError(_("It has no price any more. Withdraw the request, and ask again once it has."))
    if _rose(tolerance, at):
        was, now = (money(each.major, each.currency) for each in (tolerance.loss, at.loss))
        raise ValidationError(
            _("It was asked at %(was)s a year and is %(now)s by now. Withdraw it and ask again.")
            % {"was": was, "now": now}
        )
    scenario, decided_at = tolerance.scenario, timezone.now()
    for earlier in Tolerance.objects.select_for_update().filter(scenario=scenario, state="agreed"):
        earlier.state, earlier.ended_at = "replaced", decided_at
        earlier.save_version(opened_version=earlier.version, fields=["state", "ended_at"])
    tolerance.is_alone = passed.is_override
    _decide(tolerance, "agreed", actor=actor, words=note or emergency, opened_version=opened_version)
    Scenario.objects.filter(pk=scenario.pk).update(tolerated_until=tolerance.until)
    audit(
        actor, "agree_to_tolerate", subject=tolerance.subject,
        after={"scenario": scenario.subject, "until": tolerance.until, "loss": tolerance.loss},
    )  # fmt: skip
    note_change("risk.tolerance", tolerance.subject)
    return tolerance


@write
def refuse_to_tolerate(actor: Actor, tolerance: Tolerance, *, opened_version: int, why: str) -> Tolerance:
    """Say that a scenario is not tolerated, and why. Never by who asked. Raises LostUpdate."""
    _must_be_allowed_to_decide(actor, tolerance)
    words = _said(why, "note", "Say why it is not agreed to, so that they know what to bring.")
    _decide(tolerance, "refused", actor=actor, words=words, opened_version=opened_version)
    audit(actor, "refuse_to_tolerate", subject=tolerance.subject, after={"why": words})
    return tolerance


@write
def withdraw_tolerance(actor: Actor, tolerance: Tolerance, *, opened_version: int, why: str) -> Tolerance:
    """Take a request back, or end what was agreed to; its history stays. Raises LostUpdate."""
    if not (isinstance(actor, User) and actor.pk == tolerance.asked_by_id):
        _must_be_allowed_to_ask(actor, tolerance.scenario)
    if tolerance.state not in {"asked", "agreed"}:
        raise AlreadyDecided(_("This has ended already; nothing was changed."))
    was = tolerance.state
    tolerance.state, tolerance.ended_at = "withdrawn", timezone.now()
    tolerance.ended_by = actor if isinstance(actor, User) else None
    tolerance.ended_why = _said(why, "note", "Say why it ends.")
    tolerance.save_version(opened_version=opened_version, fields=["state", "ended_at", "ended_by", "ended_why"])
    if was == "agreed":
        Scenario.objects.filter(pk=tolerance.scenario_id).update(tolerated_until=NEVER)
    audit(
        actor, "withdraw_tolerance", subject=tolerance.subject, before={"state": was},
        after={"why": tolerance.ended_why},
    )  # fmt: skip
    return tolerance


def _must_be_allowed_to_ask(actor: Actor, scenario: Scenario) -> None:
    if isinstance(actor, User) and is_owner(actor, scenario):
        return
    require(actor, ASK, unit_id=scenario.unit_id)


def _must_be_allowed_to_decide(
    actor: Actor, tolerance: Tolerance, *, emergency: str = ""
) -> tuple[Standing | None, eyes.Passed]:
    """Refuse whoever asked, and whoever's roles do not reach; returns how it stands, and by which right."""
    if isinstance(actor, System):
        raise Refused(_("A person decides what is tolerated, not the house itself."))
    if tolerance.state != "asked":
        raise AlreadyDecided(_("This was decided or withdrawn already; nothing was changed."))
    at = standing(tolerance.scenario)
    is_above = tolerance.above_appetite or at is None or at.is_above
    passed = eyes.gate(
        actor, ACCEPTANCE_ABOVE if is_above else ACCEPTANCE, about=tolerance.subject,
        unit_id=root_unit().pk if is_above else tolerance.scenario.unit_id, makers=[tolerance.asked_by_id],
        asked_at=tolerance.asked_at, override=emergency, title=tolerance.scenario.name,
    )  # fmt: skip
    return at, passed


def _decide(tolerance: Tolerance, state: str, *, actor: Actor, words: str, opened_version: int) -> None:
    tolerance.state, tolerance.decision, tolerance.decided_at = state, words.strip()[:LONGEST_WORDS], timezone.now()
    tolerance.decided_by = actor if isinstance(actor, User) else None
    fields = ["state", "decision", "decided_at", "decided_by", "is_alone"]
    tolerance.save_version(opened_version=opened_version, fields=fields)


def _rose(tolerance: Tolerance, at: Standing) -> bool:
    if at.loss.currency != tolerance.currency:
        return True
    return at.loss.minor > tolerance.loss_minor * (100 + RISE_PERCENT) // 100


def _check_until(until: date) -> None:
    today = timezone.localdate()
    if until <= today:
        raise ValidationError({"until": "The day is past. Choose one that comes."})
    if until > today + LONGEST:
        last = day(today + LONGEST, today=today)
        raise ValidationError({"until": f"At most a year, so until {last}; then it is looked at again."})


def _said(text: str, field: str, otherwise: str) -> str:
    words = text.strip()
    if not words:
        raise ValidationError({field: otherwise})
    if len(words) > LONGEST_WORDS:
        raise ValidationError({field: f"At most {LONGEST_WORDS:,} letters."})
    return words
