"""The example's monitors: one agreed with its works council, one that waits, and a name that was asked for."""

from datetime import timedelta
from io import BytesIO

from django.utils import timezone

from alcaide.common import eyes
from alcaide.common.files import store
from alcaide.common.models import MonitorSetting, User
from alcaide.common.monitors import services as monitors
from alcaide.common.monitors import unmasking
from alcaide.common.monitors.names import pseudonym
from alcaide.common.signing.services import Place, note
from alcaide.organization import services as organization
from alcaide.organization.models import Person, Unit
from alcaide.organization.queries import root_unit

from .content import content
from .estate import HOUSE

KEY = "sign_ins"
CAP_BYTES = 1 << 20
# Who signs in for these duties: the number of the person of the head office.
OFFICER, COUNCIL = 7, 8
HEAD_OFFICE = "Madrid head office"


def watch(units: dict[str, Unit], people: dict[str, list[Person]], *, chief: User, seen: User) -> None:
    """Let the works council agree to the sign-in log, leave one site waiting, and ask for a name."""
    told = content("watching")
    officer, council = _let_in(people, OFFICER, "dpo"), _let_in(people, COUNCIL, "works_council")
    monitors.note_versions(HOUSE)
    row = monitors.record(chief, KEY, unit_id=root_unit().pk, terms=_terms(told["terms"], chief))
    asked = monitors.ask_agreement(chief, row, why=told["why"]["agree"])
    eyes.approve(council, asked)
    monitors.remark(council, KEY, words=told["why"]["remark"])
    for place in (Place("203.0.113.24", "Firefox on Windows"), Place("198.51.100.7", "Chrome on Android")):
        note("in", place, user=seen, how="password")
        note("in", place, user=officer, how="password, totp")
    today = timezone.localdate()
    unmasking.ask(
        chief, KEY, name=pseudonym(KEY, seen.uid), first=today - timedelta(days=6), last=today + timedelta(days=1),
        why=told["why"]["name"],
    )  # fmt: skip
    _waiting(told, units[told["waiting"]["unit"]], chief=chief)


def _let_in(people: dict[str, list[Person]], place: int, role: str) -> User:
    user = organization.let_sign_in(HOUSE, people[HEAD_OFFICE][place])
    organization.grant(HOUSE, user=user, role=role, unit=root_unit())
    return user


def _terms(told: dict, chief: User) -> monitors.Terms:
    today = timezone.localdate()
    file = store(BytesIO(told["agreement"].encode()), told["file"], actor=chief, cap_bytes=CAP_BYTES)
    return monitors.Terms(
        purpose=told["purpose"], basis=told["basis"], retention_days=told["retention_days"], viewers=told["viewers"],
        since=today - timedelta(days=1), council=MonitorSetting.Council.INFORMED,
        council_on=today - timedelta(days=told["days_ago"]), council_by=told["council_by"], agreement=file,
        with_below=True,
    )  # fmt: skip


def _waiting(told: dict, unit: Unit, *, chief: User) -> None:
    """Record another monitor's terms for one site; nobody has agreed yet."""
    terms = _terms(told["terms"], chief)
    monitors.record(
        chief, KEY, unit_id=unit.pk,
        terms=monitors.Terms(
            purpose=terms.purpose, basis="interest", retention_days=30, viewers=told["waiting"]["viewers"],
            since=timezone.localdate(), council=MonitorSetting.Council.INFORMED, council_on=terms.council_on,
            council_by=terms.council_by, agreement=terms.agreement,
        ),
    )  # fmt: skip
