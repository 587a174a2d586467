"""Every address and operation, as every role, for its own unit and a foreign one: the declared rule is what happens.

The rule of a page stands beside its view (`common/rights/doors.py`). Here each address is asked with a real row of the
role's own unit and one of another unit. A page that opens to somebody whom its rule does not name fails, and so does
one that stays shut to somebody whom it names.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import models
from django.test import TestCase
from django.urls import URLPattern, URLResolver, get_resolver

from alcaide.assets.models import Asset, Dependency, HeldClass, MatchDoubt, Merge, Place
from alcaide.board.models import Delegation, Pack, ProposedDay, QuietTime, Snooze
from alcaide.board.tests.factories import make_programme
from alcaide.common.models import (
    Attachment,
    BreakGlass,
    Comment,
    DisclosedCopy,
    GroupRule,
    Hold,
    HoldCustodian,
    IdentityProvider,
    JobTrack,
    Letter,
    Matter,
    MatterFile,
    MatterNote,
    MatterTask,
    MonitorSetting,
    Notice,
    PurgeRun,
    SheetImport,
    StoredFile,
    Tag,
    Undo,
    Unmasking,
    User,
)  # fmt: skip
from alcaide.common.permissions import ROLES, permissions
from alcaide.common.retention import services as retention
from alcaide.common.retention.queries import rules
from alcaide.common.rights.doors import OPEN, OWN, SUBJECT, Rule, rule_of
from alcaide.controls.models import Measure, MeasureLink, MeasureTask, MeasureTest
from alcaide.exposure.models import Action, Decision, Finding, Report
from alcaide.organization.models import (
    Absence,
    CustomRole,
    FollowRule,
    Grant,
    Liaison,
    Person,
    Qualification,
    Rate,
    Unit,
)
from alcaide.organization.tests.factories import make_organization, make_unit, make_user
from alcaide.risk.models import Effect, Proposal, Run, Scenario, TieMeasure, TiePart, Tolerance
from alcaide.threats.models import Feed
from rows import Rows
from walker import Walker, refusals_drawn_once

# Which row an address names, by the first of these that its name begins with; the longest comes first.
KINDS: dict[str, type[models.Model]] = {
    "monitor-setting": MonitorSetting, "monitor-ask": MonitorSetting, "monitor-off": MonitorSetting,
    "unmasking": Unmasking,
    "hold": Hold, "hold-acknowledge": HoldCustodian, "hold-decline": HoldCustodian, "hold-paper": HoldCustodian,
    "purge-run": PurgeRun, "provider": IdentityProvider, "group-rule-new": IdentityProvider,
    "group-rule-end": GroupRule,
    "break-glass-review": BreakGlass,
    **dict.fromkeys(
        ("eyes-agreed", "eyes-undone", "eyes-referred", "eyes-override", "eyes-stand-in-end", "eyes-approve",
         "eyes-refuse", "eyes-withdraw", "eyes-alone", "eyes-request"), Tag,
    ),
    "own-role": CustomRole, "follow-rule": FollowRule,
    "unit": Unit, "person": Person, "qualification-new": Person, "who-sees": Tag,
    "absence-new": Person, "grant": Grant, "rate": Rate,
    "people-list-confirm": SheetImport, "qualification": Qualification, "absence": Absence, "liaison": Liaison,
    "asset": Asset, "doubt": MatchDoubt, "place": Place,
    "measure-task-new": Measure, "measure-test-new": Measure, "measure-task": MeasureTask, "measure-test": MeasureTest,
    "measure": Measure,
    "finding": Finding, "action": Action, "exception": Decision, "report": Report, "feed": Feed,
    "scenario": Scenario, "estimate-drawing": Scenario, "tolerate": Scenario, "bow-tie": Scenario, "tie-add": Scenario,
    "tie-take-off": TieMeasure, "tie": TiePart, "tolerance": Tolerance, "effect": Effect, "run": Run,
    "import": SheetImport, "file": StoredFile, "undo": Undo, "notice": Notice, "letter": Letter, "tag": Tag,
    "comment": Comment, "attachment": Attachment, "talk": Tag, "job": JobTrack,
    "year-answer": ProposedDay, "year-withdraw": ProposedDay, "year-quiet-end": QuietTime,
    "matter": Matter, "matter-note": MatterNote, "matter-kept-file": MatterFile, "matter-task-done": MatterTask,
    "disclosed-copy": DisclosedCopy,
    "wake": Snooze, "take-back": Delegation, "decline": Delegation, "pack": Pack, "decide-plan": Proposal,
}  # fmt: skip
SECOND: dict[str, type[models.Model]] = {
    "merge": Merge,
    "held": HeldClass,
    "need": Dependency,
    "link": MeasureLink,
    "user": User,
}
WORDS = {
    "key": "sector_words",
    "what": "frequency",
    "cve": "CVE-2026-0001",
    "form": "csv",
    "kind": "assets.assets",
    "pk": "999999",
}
WORDS_OF = {
    **{name: {"key": "sign_ins"} for name in ("monitor", "monitor-record", "monitor-remark", "unmask")},
    "provider-new": {"kind": "oidc"},
    "role": {"key": "chief"},
    "names": {"kind": "organization.person"},
    "library-scenario": {"key": "ransomware"}, "library-take": {"key": "ransomware"},
    "library-measure": {"key": "mantrap"}, "library-propose": {"key": "mantrap"},
}  # fmt: skip
# What sees the record that an address names, where the rule says that whoever sees it comes in.
SEES = {
    **dict.fromkeys(
        ("talk", "talk-attach", "talk-tag", "talk-untag", "talk-people", "attachment", "attachment-remove",
         "comment-remove", "notice-follow", "who-sees", "as-of", "as-of-who"),
        ("assets.see",),
    ),
    "file": ("exposure.see", "imports.see", "assets.see"),
    "import": ("imports.see", "assets.change"), "import-wrong": ("imports.see", "assets.change"),
}  # fmt: skip
# What a form must say for its act to be tried at all.
TYPED = {"assets-needs-file": {"export": "csv"}, "assets-names-file": {"export": "csv"}, "tie-add": {"side": "cause"}}
REFUSED = {403, 404}
# What opens only in a state that a bare row or a bare sign-in is not in: here it must stay shut to the others alone.
NEEDS_MORE = {
    "hold-put", "break-glass-review", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes",
    "unmasking-show",
}  # fmt: skip
# Somebody else's passkey is answered with the way to prove oneself first, as is one's own.
PROVES_FIRST = {"mfa_edit_webauthn", "mfa_remove_webauthn"}


@dataclass(frozen=True)
class Address:
    """One address of the house with its rule."""

    name: str
    pattern: str
    view: Any
    rule: Rule | None

    @property
    def names_a_row(self) -> bool:
        return any(each in self.pattern for each in ("<uuid:uid>", "<str:on>", "<str:key>", "<int:pk>"))


def addresses() -> Iterator[Address]:
    """Walk every address of the house."""

    def walk(patterns: list[Any], front: str) -> Iterator[Address]:
        for each in patterns:
            path = front + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, path)
            elif isinstance(each, URLPattern):
                name = each.name or path
                yield Address(name, path, each.callback, rule_of(name, each.callback))

    yield from walk(get_resolver().url_patterns, "/")


def test_every_address_declares_its_rule() -> None:
    bare = sorted(each.name for each in addresses() if each.rule is None)
    assert not bare, f"mark these views with @rule(…) of common/rights/doors.py: {bare}"


def test_every_rule_names_permissions_that_there_are() -> None:
    known = {*permissions(), OPEN, OWN, SUBJECT}
    for each in addresses():
        if each.rule is not None:
            named = {*each.rule.wanted("GET"), *each.rule.wanted("POST")}
            assert named <= known, (each.name, named - known)


def kind_of(name: str) -> type[models.Model]:
    """Return the kind of row that an address names."""
    fits = [key for key in KINDS if name == key or name.startswith(f"{key}-")]
    assert fits, f"say in KINDS which row the address “{name}” names"
    return KINDS[max(fits, key=len)]


def filled(address: Address, rows: Rows) -> str:
    """Put the rows of a unit in the place of each argument."""
    path = address.pattern
    words = WORDS | WORDS_OF.get(address.name, {})
    if address.name.startswith("retention-"):
        words["key"] = next(iter(rules())).key
    while "<" in path:
        start, end = path.index("<"), path.index(">")
        _kind, _, name = path[start + 1 : end].partition(":")
        if name == "on":
            value = rows.made(Asset).subject
        elif name == "uid":
            row = rows.made(kind_of(address.name))
            value = row.result_id if isinstance(row, JobTrack) else row.uid
        else:
            value = rows.made(SECOND[name]).uid if name in SECOND else words[name]
        path = path[:start] + str(value) + path[end + 1 :]
    return path


class Matrix(TestCase):
    """One house with a row of every kind in two units."""

    root: Unit
    own: Rows
    foreign: Rows

    @classmethod
    def setUpTestData(cls) -> None:
        cls.root = make_organization()
        cls.own, cls.foreign = Rows(make_unit("Murcia")), Rows(make_unit("Zamora"))
        run = make_programme()  # the figures of the whole house
        retention.register()
        proposal = Proposal.objects.get()
        for rows in (cls.own, cls.foreign):
            rows.keep(run, proposal)
            for each in addresses():
                if each.rule is not None and not each.rule.is_open:
                    filled(each, rows)

    def walk(self, role: str) -> list[str]:
        """Ask everything as a role, and return what is not as the rules say."""
        faults: list[str] = []
        with refusals_drawn_once():
            walker = Walker(make_user(role, unit=self.own.unit), draws=role in DRAW)
            for each in addresses():
                faults += self._asked(walker, each, role, reach="own")
            walker = Walker(make_user(role, unit=self.root), draws=role in DRAW)
            for each in addresses():
                if each.rule is not None and each.rule.reach == "all":
                    faults += self._asked(walker, each, role, reach="whole")
        return faults

    def _asked(self, walker: Walker, each: Address, role: str, *, reach: str) -> Iterator[str]:
        if each.rule is None or each.rule.is_open or each.name in PROVES_FIRST | {"sign-out"}:
            return
        places = [(self.own, True), (self.foreign, reach == "whole")] if each.names_a_row else [(self.own, True)]
        for rows, is_near in places:
            path = filled(each, rows)
            for method in ("GET", "POST"):
                named = each.name if each.names_a_row else ""
                status = walker.status(method, path, named=named, body=TYPED.get(each.name))
                if status == 405:
                    continue
                opens = self._may(each, role, method, is_near=is_near, reach=reach)
                if opens and each.name in NEEDS_MORE and status in REFUSED:
                    continue
                if status >= 500 or opens == (status in REFUSED):
                    where = "own" if rows is self.own else "foreign"
                    told = "open" if opens else "shut"
                    yield f"{method} {each.name} as {role} ({reach}, {where} row): {status}, by its rule {told}"

    def _may(self, each: Address, role: str, method: str, *, is_near: bool, reach: str) -> bool:
        """Say what the rule promises."""
        rule = each.rule
        assert rule is not None
        wanted = rule.wanted(method)
        if OWN in wanted:
            return not each.names_a_row
        if each.name in SEES or SUBJECT in wanted:
            if not is_near or not any(role in permissions()[key].roles for key in SEES.get(each.name, ())):
                return False
            if SUBJECT in wanted:
                return True
        holds = any(role in permissions()[key].roles for key in wanted)
        if rule.reach == "all":
            return holds and reach == "whole"
        return holds and (is_near or rule.reach == "any")


def _as_role(role: str) -> Any:
    def test(self: Matrix) -> None:
        faults = self.walk(role)
        assert not faults, "\n".join(["", *faults])

    return test if role in FAST else pytest.mark.slow(test)


# The two that differ most are walked with every change; all others in the whole suite.
FAST = ("guard",)
# Pages are drawn for who does everything, who does some of it in one unit, who reads all, and who does next to nothing.
DRAW = ("chief", "head", "auditor", "guard")
for _role in ROLES:
    setattr(Matrix, f"test_the_rules_hold_for_{_role}", _as_role(_role))
