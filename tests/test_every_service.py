"""Every service, as somebody without a role and as somebody who holds every role in another unit: it refuses.

A page asks before its service does; this calls the services themselves, as a job or a later room would.
"""

import inspect
import pkgutil
import re
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module
from io import StringIO
from types import FunctionType, UnionType
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.http import QueryDict
from django.test import TestCase
from django.utils import timezone

import alcaide
from alcaide.assets import services as assets
from alcaide.assets.models import Asset, HeldClass
from alcaide.assets.services.names import HostHint
from alcaide.assets.tables import ASSETS
from alcaide.board.services.agenda import NotSo
from alcaide.board.services.year import CannotMove
from alcaide.board.tests.factories import make_programme
from alcaide.common.lists import Kept
from alcaide.common.lists.undo import UndoGone
from alcaide.common.models import Matter, User
from alcaide.common.monitors.services import Terms
from alcaide.common.permissions import ROLES, Refused
from alcaide.common.retention import services as retention
from alcaide.common.sheets import sheet_of
from alcaide.common.sheets.declared import Sheet
from alcaide.common.signing.services import Place
from alcaide.common.walls import NoSuchMatter
from alcaide.controls.services import Outcome
from alcaide.exposure.models import Action
from alcaide.intake.sheets.table import Asked
from alcaide.organization import services as organization
from alcaide.organization.services.facts import Said
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user
from alcaide.risk.models import Proposal
from alcaide.risk.services.library import From
from rows import MOMENT, Rows

WRITE = "write.<locals>.in_one_write"
ASKS = re.compile(r"\b(require|require_everywhere|writing)\(")
SOON = timezone.localdate() + timedelta(days=9)
PLAIN: dict[Any, Any] = {
    str: "words", int: 1, float: 0.5, bool: True, date: SOON, datetime: MOMENT, time: time(7), Decimal: Decimal(1),
    UUID: UUID(int=7), typing.TextIO: StringIO("cve,automatable,impact\n"),
    HostHint: HostHint("key", "host", (("fqdn", "host.example"),), MOMENT),
    From: From("ransomware", "1", {"area": "cyber", "what": "words"}),
    Said: Said(7, "measured", "a count"), Outcome: Outcome("works"), Asked: Asked(), Place: Place(None, "a browser"),
    Terms: Terms("words", "interest", 30, ["chief"], SOON, "none", SOON, "words", no_agreement_why="words"),
    Callable: len, Sheet: sheet_of("assets.assets"), Any: None,
}  # fmt: skip


def _kept(row: Any) -> Kept:
    return Kept(str(row.uid), "A row", row.version, {})


def _data_set(rows: Rows) -> Asset:
    return assets.add_asset(HOUSE, name="Payroll", kind="data_set", unit=rows.unit)


# What a service needs beyond a value of each kind before it gets to asking who may.
GIVEN: dict[str, dict[str, Any]] = {
    "assets.services.many.change_many": {"values": {"reached_why": "words"}},
    "board.services.audit.take_out": {"page": None},
    "common.eyes.services.ask": {"act": "organization.appetite", "unit_id": lambda rows: rows.unit.pk},
    "common.eyes.services.stand_in": {"acts_given": ["organization.appetite"], "unit_id": lambda rows: rows.unit.pk},
    "assets.services.many_classes.hold_class_no_more_on_many": {"assets": lambda rows: [_data_set(rows)]},
    "assets.services.many_classes.hold_class_on_many": {"assets": lambda rows: [_data_set(rows)]},
    "assets.services.many_classes.put_class_back": {"kept": lambda rows: _kept(rows.made(HeldClass))},
    "assets.services.merging.merge_assets": {"into": lambda rows: rows.another(Asset)},
    "common.eyes.services.review": {"verdict": "agreed"},
    "common.monitors.correcting.take_out": {"parts": ()},
    "common.monitors.services.record": {"key": "sign_ins", "unit_id": lambda rows: rows.unit.pk},
    "common.monitors.services.remark": {"key": "sign_ins"},
    "common.monitors.unmasking.ask": {"key": "sign_ins"},
    "common.retention.services.register": {},
    "common.walls.services.open_matter": {"ground": Matter.Ground.values[0]},
    "exposure.services.promising.put_back": {"kept": lambda rows: _kept(rows.made(Action))},
    "common.lists.saved.save_view": {
        "listing": ASSETS, "path": "/assets/", "params": QueryDict(), "unit_id": lambda rows: rows.unit.pk,
    },
    "common.talk.services.tag_rows": {"rows": lambda rows: Asset.objects.all()},
    "exposure.services.deciding.ask_all": {"kind": "accepted", "reason": "words"},
    "risk.services.library.propose_from": {"effects": (), "cost": (1, "EUR")},
}  # fmt: skip
# Each set of services that may go on where others must refuse, with the reason.
OWN = {
    "board.services.feeds.new_feed": "an address for one's own calendar",
    "board.services.feeds.revoke_feed": "an address for one's own calendar",
    "common.lists.saved.open_with": "how one's own list opens",
    "common.monitors.correcting.ask": "what is held about oneself",
    "common.monitors.correcting.take_out": "what is held about oneself",
}
INSIDE = {
    "assets.services.weighing.weigh_all": "a job of the house; nothing but sums is written",
    "common.holds.services.remind": "a job of the house, which takes no actor",
    "common.monitors.services.note_versions": "a job of the house: it writes down what the program declares",
    "common.purging.removing.remove": "called inside services that asked; it asks the holds",
    "common.retention.services.register": "a job of the house, which takes no actor",
    "common.taken.tell_sent": "called inside what sends a file, which asked",
    "common.taken.tell_taken": "called inside what sends a file, which asked",
    "common.sheets.services.fail": "the end of a job that broke off; the job asked when it began",
    "exposure.services.deciding.propose": "called inside an import, which asked",
    "exposure.services.pricing.take_prices": "the end of a run of the figures, which asked",
    "organization.services.leaving.end_grants_of_ended_units": "a job of the house: it takes away, and only what ended",
}
DOOR = {
    "common.signing.breaking.break_glass": "whoever holds the sealed credential; a stranger by then",
    "organization.services.founding.found": "before there is anybody; refused ever after as done already",
    "project.signing.emergency.enter": "whoever holds the sealed credential; a stranger by then",
    "project.signing.groups.apply_groups": "signing in itself: the provider's groups are carried over",
}
SHARED = {
    "board.services.audit.have_trail_read": "the trail is one for the whole house; reading it shows nothing of it",
    "board.services.audit.take_out": "a file of the page that they read, each part of which asked",
    "common.eyes.services.stand_in": "over what one may answer oneself, and no more",
    "common.jobs.services.cancel": "the house's queue; whoever may stop jobs somewhere may stop each",
    "common.jobs.services.retry": "the house's queue; whoever may stop jobs somewhere may repeat each",
    "common.monitors.services.remark": "a monitor is declared once for every unit",
    "common.monitors.unmasking.ask": "nobody is found but in units whose rows one reads",
    "common.notices.letters.send_again": "the house's outgoing letters",
    "common.notices.letters.send_trial": "to oneself",
    "common.notices.services.choose_notices": "one's own settings",
    "common.notices.services.read_notices": "one's own notices",
    "common.notices.services.unread_notices": "one's own notices",
    "common.sheets.services.bring_in": "a list for one's own units: each row is asked again",
    "common.talk.services.merge_tag": "tags are the whole house's words",
    "common.talk.services.rename_tag": "tags are the whole house's words",
    "common.talk.services.tag_rows": "tags only the rows of one's own units",
    "common.walls.services.open_matter": "a matter belongs to no unit; only who is named on it sees it",
    "exposure.services.tabling.state_facts": "what is known of a published flaw is the same for every unit",
    "exposure.services.tabling.take_facts": "what is known of a published flaw is the same for every unit",
    "risk.services.runs.refresh": "computes what stands; it chooses nothing",
    "threats.services.bring_in": "a published feed is the same for every unit",
    "threats.services.land": "a published feed is the same for every unit",
    "threats.services.read": "a published feed is the same for every unit",
    "threats.services.stop_reading": "a published feed is the same for every unit",
}
# What somebody does not see is not there for them: these say so in place of a refusal.
UNSEEN = (NotSo, CannotMove, UndoGone, NoSuchMatter, Action.DoesNotExist)


def services() -> dict[str, Callable[..., Any]]:
    """Return every public service by its module and name: what is marked as a write, and what takes an actor."""
    found: dict[Any, Callable[..., Any]] = {}
    for info in pkgutil.walk_packages(alcaide.__path__, "alcaide."):
        if ".tests" in info.name or ".migrations" in info.name or info.name.endswith("__main__"):
            continue
        for name, each in vars(import_module(info.name)).items():
            if isinstance(each, FunctionType) and not name.startswith("_") and _is_service(each):
                found[inspect.unwrap(each)] = each
    return {f"{one.__module__.removeprefix('alcaide.')}.{one.__name__}": each for one, each in found.items()}


def _is_service(each: FunctionType) -> bool:
    if each.__code__.co_qualname == WRITE:
        return not each.__name__.startswith("_")
    first = next(iter(inspect.signature(each).parameters), "")
    return first == "actor" and ".services" in each.__module__ and bool(ASKS.search(inspect.getsource(each)))


class Services(TestCase):
    """One house with two units, and a row of whatever a service asks for in the first of them."""

    own: Rows
    nobody: User
    elsewhere: User

    @classmethod
    def setUpTestData(cls) -> None:
        make_organization()
        cls.own, foreign = Rows(make_unit("Murcia")), make_unit("Zamora")
        run = make_programme()
        retention.register()
        cls.own.keep(run, Proposal.objects.get())
        cls.nobody, cls.elsewhere = make_user(None), make_user(None)
        for role in ROLES:
            organization.grant(HOUSE, user=cls.elsewhere, role=role, unit=foreign)
        for name, service in services().items():
            cls.given(name, service)

    def test_every_service_refuses_who_holds_no_role(self) -> None:
        self.must_refuse(self.nobody, but=OWN | INSIDE | DOOR)

    def test_every_service_refuses_who_holds_every_role_elsewhere(self) -> None:
        """Holding all in one unit opens nothing in another, and nothing that concerns the whole house."""
        self.must_refuse(self.elsewhere, but=OWN | INSIDE | DOOR | SHARED)

    def test_what_is_let_pass_is_there(self) -> None:
        known = set(services())
        assert (OWN | INSIDE | DOOR | SHARED).keys() <= known, (OWN | INSIDE | DOOR | SHARED).keys() - known

    def must_refuse(self, actor: User, *, but: Mapping[str, str]) -> None:
        faults = {name: self.outcome(name, service, actor) for name, service in services().items() if name not in but}
        faults = {name: came for name, came in faults.items() if came}
        assert not faults, "\n".join(["", *(f"{name}: {came}" for name, came in sorted(faults.items()))])

    def outcome(self, name: str, service: Callable[..., Any], actor: User) -> str:
        """Call a service as somebody, and say what came of it; nothing where it refused."""
        with transaction.atomic():
            try:
                service(actor, **self.given(name, service))
            except (Refused, *UNSEEN):
                return ""
            except Exception as fault:  # noqa: BLE001  whatever came instead of a refusal is told
                return f"{type(fault).__name__}: {fault}"
            finally:
                transaction.set_rollback(True)
        return "was done"

    @classmethod
    def given(cls, name: str, service: Callable[..., Any]) -> dict[str, Any]:
        """Return what a service asks for: rows of the first unit, plain values, and what `GIVEN` says."""
        plain = inspect.unwrap(service)
        told, fixed = typing.get_type_hints(plain), GIVEN.get(name, {})
        asked = list(inspect.signature(plain).parameters.values())[1:]
        needed = [each for each in asked if each.default is each.empty and each.kind is not each.VAR_KEYWORD]
        made = {each.name: cls.value(each.name, told[each.name]) for each in needed if each.name not in fixed}
        return made | {key: value(cls.own) if callable(value) else value for key, value in fixed.items()}

    @classmethod
    def value(cls, name: str, kind: Any) -> Any:
        if typing.get_origin(kind) in {UnionType, typing.Union}:
            kind = typing.get_args(kind)[0]
        origin, inner = typing.get_origin(kind) or kind, typing.get_args(kind)
        if origin in PLAIN:
            return cls.own.made(Asset).subject if name == "subject" else PLAIN[origin]
        if isinstance(origin, type) and issubclass(origin, models.Model):
            return cls.own.made(origin)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {}
        if isinstance(origin, type) and issubclass(origin, Iterable) and inner:
            return [cls.value(name, inner[0])]
        raise AssertionError(f"say in GIVEN or PLAIN what {name} of the kind {kind} may be")
