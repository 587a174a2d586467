"""What the trail tells of the past is what stood then: each room's services are driven, a witness writes down."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.apps import apps
from django.utils import timezone

from alcaide.assets import services as assets
from alcaide.assets.tests.factories import make_asset, make_place
from alcaide.common import asof
from alcaide.common.asof import kinds
from alcaide.common.asof.tests.witness import Witness, witnessed
from alcaide.common.holds import services as holds
from alcaide.common.models import Record
from alcaide.controls import services as controls
from alcaide.exposure import services as exposure
from alcaide.exposure.models import Action
from alcaide.exposure.tests.samples import Host, Item, nessus, stored
from alcaide.organization import services as organization
from alcaide.organization.services import Said
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit, make_user
from alcaide.risk import services as risk
from alcaide.risk.tests.factories import estimate, leaves, make_measure, make_scenario, priced_scenario, run

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TODAY = date.today
LATER = timedelta(days=40)

# What has no past of its own to be asked, and why. A new kind stands here or is offered by its room's `as_of.py`.
WITHOUT = {
    "common.bulk": "the progress of a write", "common.file": "content by its digest, never changed",
    "common.comment": "kept in its own words with its history", "common.attachment": "added and taken away, no more",
    "common.tag": "a word", "common.eyesrequest": "the row keeps each step with its moment",
    "common.eyesoverride": "the row keeps each step with its moment",
    "common.eyesstandin": "the row keeps its own days", "common.custodian": "the row keeps each step with its moment",
    "common.hold_export": "never changes", "common.letter": "a message on its way",
    "common.notice_setting": "a person's own setting", "common.identity_provider": "a setting of the installation",
    "common.group_rule": "a setting of the installation", "common.sign_in_rules": "a setting of the installation",
    "common.break_glass": "the row keeps each step with its moment", "common.purge": "the ledger of a purge",
    "common.retention_ask": "the row keeps each step with its moment", "common.import": "the progress of an import",
    "common.view": "a person's own setting", "common.undo": "a way back, for minutes",
    "organization.organization": "settings of the house; the history tells them",
    "organization.listconfirmed": "never changes", "organization.followrule": "ends, and does not change",
    "assets.value": "told in the history of its asset", "assets.held_class": "told in the history of its asset",
    "assets.merge": "the row keeps each step with its moment", "assets.dependency": "told in the history of its asset",
    "controls.link": "told in the history of its measure", "threats.feed": "the progress of an import",
    "exposure.report": "the progress of an import", "exposure.finding": "written by scans, a report at a time",
    "exposure.promise": "the row keeps its own days", "exposure.flaw_facts": "told in its history",
    "exposure.limit_table": "never changes", "risk.run": "never changes", "risk.proposal": "never changes",
    "risk.taken": "never changes", "risk.tie_part": "told in the history of its scenario",
    "risk.tie_measure": "told in the history of its scenario", "board.snooze": "a person's own", "board.pack": "a file",
    "board.delegation": "the row keeps each step with its moment", "board.decision": "never changes",
    "board.quiet": "ends, and does not change", "board.proposed_day": "the row keeps each step with its moment",
    "board.missed_day": "never changes", "board.feed": "a person's own",
}  # fmt: skip

# Rooms of the mechanism that keep their own history, and are read inside it only.
APART = {
    "alcaide.common.models.walls": "what stands behind a wall is read inside it only",
    "alcaide.common.models.monitors": "the register keeps each of its changes itself",
}


def a_unit(dice: Random) -> None:
    other, unit = make_unit("Other"), make_unit("First name")
    for change in (
        {"name": f"Name {dice.random()}"}, {"parent": other}, {"country": "PT", "kind": "office"},
        {"legal_name": "Almena Portugal", "share_held": Decimal("0.515"), "until_on": TODAY() + LATER},
        {"name": "Last", "parent": make_organization()},
    ):  # fmt: skip
        organization.change_unit(HOUSE, unit, opened_version=unit.version, **change)


def a_person(dice: Random) -> None:
    one, manager, unit = make_person("One"), make_person("Manager"), make_unit()
    changes = [{"title": "Guard"}, {"unit": unit, "manager": manager}, {"name": "Ona", "hr_number": " x 7"},
               {"left_on": TODAY() + LATER}, {"manager": None, "place": "Gate 2"}]  # fmt: skip
    dice.shuffle(changes)
    for change in changes:
        organization.change_person(HOUSE, one, opened_version=one.version, **change)
    organization.let_sign_in(HOUSE, one)
    organization.change_person(HOUSE, one, opened_version=one.version, left_on=None, email="ona@almena.example")


def a_grant(_dice: Random) -> None:
    user, unit = make_user(None), make_unit()
    held = organization.grant(HOUSE, user=user, role="analyst", unit=unit, until_on=TODAY() + LATER)
    organization.renew(HOUSE, held, until_on=TODAY() + 2 * LATER)
    organization.renew(HOUSE, held, until_on=None)
    organization.withdraw(HOUSE, held)
    again = organization.grant(HOUSE, user=user, role="analyst", unit=unit, until_on=TODAY() + LATER)
    organization.renew(HOUSE, again, until_on=TODAY() + 3 * LATER)


def an_own_role(_dice: Random) -> None:
    role = organization.make_role(HOUSE, label="Night watch", permissions=["assets.see"])
    for label, carried in (("Watch", ["assets.see", "risk.see"]), ("Watch", ["risk.see"]), ("Day watch", [])):
        role = organization.change_role(
            HOUSE, role, opened_version=role.version, label=label, description=label, permissions=carried
        )
    organization.retire_role(HOUSE, role)


def an_appetite(_dice: Random) -> None:
    for euros in (5, 7, 6):
        organization.set_appetite(
            HOUSE, unit=make_organization(), limit_minor=euros * 10**8, currency="EUR", chance=0.05, note=str(euros)
        )


def a_fact(_dice: Random) -> None:
    for number in (12, 14, 13):
        organization.say_fact(HOUSE, Said(number, "measured", "HR"), unit=make_organization(), key="headcount")


def a_rate(_dice: Random) -> None:
    for number in ("1.08", "1.10", "1.0950"):
        organization.set_rate(
            HOUSE, currency="USD", on=TODAY() - LATER, per_ours=Decimal(number), source=f"ECB {number}"
        )


def staff(_dice: Random) -> None:
    person, day = make_person(), TODAY()
    held = organization.qualify(HOUSE, person, kind="First aid", from_on=day)
    organization.verify_qualification(HOUSE, held, opened_version=held.version)
    organization.withdraw_qualification(HOUSE, held, opened_version=held.version)
    away = organization.be_away(HOUSE, person, kind="holiday", from_on=day, until_on=day + LATER)
    organization.take_back_absence(HOUSE, away, opened_version=away.version)
    named = organization.name_liaison(HOUSE, make_unit(), person=person, topic="Fire")
    for change in ({"deputy": make_person()}, {"until_on": day + LATER}, {"person": make_person(), "deputy": None}):
        organization.change_liaison(HOUSE, named, opened_version=named.version, **change)


def an_asset(dice: Random) -> None:
    asset, other, chief = make_asset("srv-1"), make_asset("srv-2"), make_user("chief")
    changes = [{"name": "srv-9"}, {"unit": make_unit(), "owner": make_person()}, {"note": "Moved."},
               {"place": make_place(), "reached_from": "internet", "reached_basis": "document", "reached_why": "NAT"},
               {"reached_from": "internal"}]  # fmt: skip
    dice.shuffle(changes)
    for change in changes:
        assets.change_asset(chief, asset, opened_version=asset.version, **change)
    assets.change_many(chief, [asset, other], values={"reached_from": "isolated", "reached_basis": "judgement"})
    asset.refresh_from_db()
    assets.retire_asset(HOUSE, asset, opened_version=asset.version)
    assets.bring_back(HOUSE, asset, opened_version=asset.version)
    merge = assets.merge_assets(HOUSE, asset, into=other, reason="One box.", opened_version=asset.version)
    assets.unmerge(HOUSE, merge)


def a_place(dice: Random) -> None:
    place, building = make_place("Room 1"), make_place("Hall")
    changes = [{"parent": building}, {"name": "Room 2", "address": "C/ Mayor 1"}, {"unit": make_unit()}]
    dice.shuffle(changes)
    for change in changes:
        assets.change_place(HOUSE, place, opened_version=place.version, **change)


def a_measure(dice: Random) -> None:
    measure, chief = make_measure("Locks"), make_user("chief")
    changes = [{"name": "Better locks"}, {"owner": make_person()}, {"cost_minor": 7_00}, {"unit": make_unit()},
               {"mandatory": True, "mandatory_why": "Lease", "due_on": TODAY() + LATER}]  # fmt: skip
    dice.shuffle(changes)
    for change in changes:
        controls.change_measure(HOUSE, measure, opened_version=measure.version, **change)
    measure = controls.put_in_place(chief, controls.adopt(chief, measure))
    task = controls.add_task(HOUSE, measure, what="Order")
    controls.finish_task(chief, task)
    controls.reopen_task(chief, task)
    controls.set_cadence(HOUSE, measure, opened_version=measure.version, every_days=90, overdue_low=0.4)
    for result, low in (("works", 1.0), ("fails", 0.3)):
        outcome = controls.Outcome(result, "Looked", low, max(low, 0.5))
        controls.record_test(chief, measure, what="Pull", tested_on=TODAY(), by_whom="Ana", outcome=outcome)


def a_scenario(dice: Random) -> None:
    scenario, unit = make_scenario("Theft"), make_unit()
    changes = [{"name": "Theft at night"}, {"owner": make_person()}, {"unit": unit}, {"story": "Through the fence."}]
    dice.shuffle(changes)
    for change in changes:
        risk.change_scenario(HOUSE, scenario, opened_version=scenario.version, **change)
    risk.set_reach(HOUSE, scenario, opened_version=scenario.version, through_flaws=True, unit=unit, assets=[])
    for low in (0.1, 0.2, 0.3):
        estimate(scenario, "frequency", low, 0.9)
        leaves(make_measure(), scenario, low, 0.9)
    measure = make_measure()
    leaves(measure, scenario, 0.2, 0.4)
    leaves(measure, scenario, 0.1, 0.3)
    for euros in (1, 3, 2):
        risk.set_budget(HOUSE, unit=unit, sum_minor=euros)
    scenario.refresh_from_db()
    risk.retire(HOUSE, scenario)


def a_tolerance(_dice: Random) -> None:
    an_appetite(_dice)
    scenario, analyst, chief = priced_scenario("Theft"), make_user("analyst"), make_user("chief")
    run()
    scenario.refresh_from_db()
    for reason in ("Spring", "Summer"):
        made = risk.ask_to_tolerate(analyst, scenario, until=TODAY() + LATER, reason=reason)
        agreed = risk.agree_to_tolerate(chief, made, opened_version=made.version)
    risk.withdraw_tolerance(analyst, agreed, opened_version=agreed.version, why="Sold")
    made = risk.ask_to_tolerate(analyst, scenario, until=TODAY() + LATER, reason="Again")
    risk.refuse_to_tolerate(chief, made, opened_version=made.version, why="No")


def an_exception(_dice: Random) -> None:
    file = stored(nessus(Host(items=[Item("1", severity=4)], at=timezone.now() - timedelta(days=200))))
    exposure.take_in(HOUSE, file=file, unit=make_organization())
    exposure.renew_limits(HOUSE)
    action = Action.objects.get(check_id="1")
    exposure.assign(HOUSE, [action], owner=make_person())
    exposure.promise(HOUSE, [action], on=TODAY() + LATER)
    analyst, chief = make_user("analyst"), make_user("chief")
    given = {"kind": "exception", "reason": "The line stops.", "until": TODAY() + LATER, "owner": make_person()}
    exposure.refuse(chief, exposure.ask(analyst, action, evidence="", **given), answer="No")
    exposure.withdraw(analyst, exposure.ask(analyst, action, evidence="", **given))
    held = exposure.approve(chief, exposure.ask(analyst, action, evidence="", **given))
    later = exposure.approve(chief, exposure.renew(analyst, held, evidence="", **given))
    exposure.end_early(analyst, later, why="Patched.")


def a_hold(_dice: Random) -> None:
    chief = make_user("chief")
    hold = holds.draft(chief, matter="Case 7", ground="claim", ground_text="A letter of claim.", notice="Keep it all.")
    holds.change(chief, hold, opened_version=hold.version, matter="Case 8")
    hold = holds.place(chief, hold)
    hold = holds.ask_release(chief, hold, why="Settled")
    holds.release(make_user("counsel"), hold)


STORIES: dict[Callable[[Random], None], set[str]] = {
    a_unit: {"organization.unit"}, a_person: {"organization.person"}, a_grant: {"organization.grant"},
    an_own_role: {"organization.customrole"}, an_appetite: {"organization.appetite"}, a_fact: {"organization.fact"},
    a_rate: {"organization.rate"},
    staff: {"organization.qualification", "organization.absence", "organization.liaison"},
    an_asset: {"assets.asset"}, a_place: {"assets.place"},
    a_measure: {"controls.measure", "controls.test", "controls.task"},
    a_scenario: {"risk.scenario", "risk.estimate", "risk.effect", "risk.budget"}, a_tolerance: {"risk.tolerance"},
    an_exception: {"exposure.decision", "exposure.action"}, a_hold: {"common.hold"},
}  # fmt: skip
ELSEWHERE = {"common.retention_rule": "its own tests", "assets.doubt": "its own tests"}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_what_is_told_of_then_is_what_stood_then(story):
    make_organization()
    with witnessed() as witness:
        story(Random(7))  # noqa: S311  the order of a test's changes
    assert witness.wrong == []
    for kind in STORIES[story]:
        _must_have_been_asked(witness, kind)


def _must_have_been_asked(witness: Witness, kind: str) -> None:
    looks = [len({subject for subject in then if subject.startswith(f"{kind}:")}) for _moment, then in witness.seen]
    assert sum(bool(each) for each in looks) > 1, f"the story makes no {kind}, or does so last"


def test_every_kind_of_record_says_how_its_past_is_told():
    models = [model for model in apps.get_models() if issubclass(model, Record) and model.__module__ not in APART]
    kinds_of_house = {model.SUBJECT for model in models if model.__module__.startswith("alcaide.")}
    offered = {kind.model.SUBJECT for kind in kinds.kinds()}
    assert kinds_of_house - offered - WITHOUT.keys() == set(), "offer it in the room's as_of.py, or say here why not"
    assert offered - {kind for each in STORIES.values() for kind in each} == ELSEWHERE.keys()


def test_a_field_that_nobody_spoke_of_stops_the_house_from_starting():
    with pytest.raises(kinds.NotDeclared, match="until_on"):
        asof.offer(asof.Trailed(kinds.kind_of("organization.liaison").model, verbs=(), fixed=("unit",)))
