"""What a test of a measure does to the figures: drift raises them, and gives back what was verified."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from alcaide.controls import services as controls
from alcaide.controls.models import Measure
from alcaide.controls.services import Outcome
from alcaide.organization.tests.factories import HOUSE
from alcaide.risk.pricing.moves import moves
from alcaide.risk.queries.inputs import collect_inputs

from .factories import leaves, make_measure, priced_scenario, run

pytestmark = pytest.mark.django_db


def standing_on(scenario, low=0.2, high=0.4) -> Measure:
    measure = make_measure("Restores")
    leaves(measure, scenario, low, high)
    return controls.put_in_place(HOUSE, controls.adopt(HOUSE, measure))


def after_test(measure: Measure, result: str, low: float = 1.0, high: float = 1.0) -> None:
    controls.record_test(
        HOUSE, Measure.of(measure.uid), what="Restore", tested_on=timezone.localdate(), by_whom="Ana",
        outcome=Outcome(result, "" if result == "works" else "It stopped.", low, high),
    )  # fmt: skip


def in_place() -> dict:
    [scenario] = collect_inputs()["scenarios"]
    [row] = scenario["in_place"]
    return row


def test_a_measure_that_holds_wholly_stands_in_the_inputs_as_before():
    standing_on(priced_scenario())
    assert {"stated", "held"}.isdisjoint(in_place())


def test_a_failed_test_leaves_only_the_judged_share_of_the_effect():
    after_test(standing_on(priced_scenario()), "fails", 0.25, 0.5)
    row = in_place()
    # Of an effect of 60 to 80 per cent, 25 to 50 per cent hold: 15 to 40 per cent are avoided.
    assert (row["low"], row["high"]) == (pytest.approx(0.6), pytest.approx(0.85))
    assert (row["stated"], row["held"]) == ([0.2, 0.4], [0.25, 0.5])


def test_a_failed_test_raises_the_expected_loss_as_verified_action_taken_back():
    measure = standing_on(priced_scenario())
    before = run()
    after_test(measure, "fails", 0.0, 0.0)
    after = run()
    assert after.mean_minor > 2 * before.mean_minor
    [move] = moves(json.loads(before.inputs), json.loads(after.inputs))
    assert (move["what"], move["kind"], move["sum"] > 0) == ("Restores drifted", "verified action", True)


def test_a_measure_that_holds_nothing_leaves_the_figure_as_if_it_did_not_stand():
    scenario = priced_scenario()
    without = run()
    after_test(standing_on(scenario), "fails", 0.0, 0.0)
    assert run().mean_minor == pytest.approx(without.mean_minor, rel=1e-9)


def test_a_test_that_works_again_gives_the_whole_effect_back():
    measure = standing_on(priced_scenario())
    before = run()
    after_test(measure, "fails", 0.1, 0.3)
    drifted = run()
    after_test(measure, "works")
    [move] = moves(json.loads(drifted.inputs), collect_inputs())
    assert (move["what"], move["kind"], move["sum"] < 0) == ("Restores holds more than before", "verified action", True)
    assert collect_inputs()["scenarios"] == json.loads(before.inputs)["scenarios"]


def test_drift_and_a_new_opinion_are_told_apart_and_add_up():
    scenario = priced_scenario()
    measure = standing_on(scenario)
    before = run()
    leaves(measure, scenario, 0.5, 0.7)
    after_test(measure, "partly", 0.3, 0.6)
    after = run()
    found = moves(json.loads(before.inputs), json.loads(after.inputs))
    assert {each["kind"] for each in found} == {"revised opinion", "verified action"}
    assert sum(each["sum"] for each in found) == pytest.approx((after.mean_minor - before.mean_minor) / 100, abs=0.02)


def test_an_overdue_test_counts_what_was_judged_with_the_cadence():
    measure = standing_on(priced_scenario())
    measure = controls.set_cadence(
        HOUSE, measure, opened_version=measure.version, every_days=5, overdue_low=0.5, overdue_high=0.5
    )
    Measure.objects.filter(pk=measure.pk).update(test_due_on=timezone.localdate() - timedelta(days=1))
    assert in_place()["held"] == [0.5, 0.5]
