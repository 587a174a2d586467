"""Plan cases: the published answers, and refusals in words."""

import json

import pytest

from alcaide.engine.errors import CaseError
from alcaide.engine.plan.cases import solve


def case(**changes) -> dict:
    lock = {"id": "lock", "cost": 3, "effects": {"theft": 0.5}}
    guard = {"id": "guard", "cost": 4, "effects": {"theft": 0.4}}
    return {"scenarios": [{"id": "theft", "annual_loss": 10}], "measures": [lock, guard], "budget": 4, **changes}


@pytest.mark.shared
def test_the_published_cases_come_out(shared):
    for one in json.loads((shared / "cases" / "plan_cases.json").read_text())["cases"]:
        result, expected = solve(one["input"]), one["expected"]
        assert result["feasible"] == expected.get("feasible", True), one["id"]
        assert result.get("chosen") == expected.get("chosen"), one["id"]
        if "annual_loss" in expected:
            assert result["annual_loss"] == pytest.approx(expected["annual_loss"], rel=1e-12), one["id"]


def test_a_case_is_answered_with_loss_choice_and_feasibility():
    assert solve(case()) == {"annual_loss": 4.0, "chosen": ["guard"], "feasible": True}


def test_ids_come_back_sorted_as_text():
    measures = [{"id": f"m{k}", "cost": 0, "effects": {"theft": 0.5}} for k in (2, 10, 1)]
    assert solve(case(measures=measures))["chosen"] == ["m1", "m10", "m2"]


def test_a_case_where_nothing_is_allowed_says_only_that():
    assert solve(case(mandatory=["lock", "guard"])) == {"feasible": False}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"budgets": 4}, "input: the key budgets is not known"),
        ({"budget": "4"}, "budget must be a number, not '4'"),
        ({"budget": True}, "budget must be a number, not True"),
        ({"budget": 10**400}, "budget is too large a number"),
        ({"budget": float("nan")}, "the budget must be a number, got nan"),
        ({"scenarios": {"theft": 10}}, "scenarios must be a list"),
        ({"scenarios": [{"id": "theft"}]}, "scenario 1: the key annual_loss is missing"),
        ({"scenarios": [{"id": "theft", "annual_loss": 1}] * 2}, 'scenario "theft" is listed twice'),
        ({"scenarios": [{"id": "theft", "annual_loss": None}]}, 'scenario "theft": annual_loss must be a number'),
        ({"measures": [{"id": "a", "cost": 1, "effects": {}, "note": ""}]}, "measure 1: the key note is not known"),
        ({"measures": [{"id": 7, "cost": 1, "effects": {}}]}, "measure 1: id: an id is text, not 7"),
        ({"measures": [{"id": "a", "cost": 1, "effects": []}]}, 'measure "a": effects must map scenarios'),
        (
            {"measures": [{"id": "a", "cost": -1, "effects": {}}]},
            'measure "a": the cost must be a number of zero or more',
        ),
        ({"measures": [{"id": "a", "cost": 1, "effects": {"theft": 2}}]}, "the factor left must be 0 to 1, got 2.0"),
        ({"measures": [{"id": "a", "cost": 1, "effects": {"fire": 1}}]}, 'acts on "fire", which is no scenario'),
        ({"measures": ["lock"]}, "measure 1 must be an object"),
        ({"exclusive": [["lock", "guard", "lock"]]}, "exclusive holds pairs of two measures"),
        ({"exclusive": ["lock"]}, "a pair in exclusive must be a list"),
        ({"requires": [["lock", "moat"]]}, 'requires [lock, moat] names "moat", which is no measure'),
        ({"mandatory": "lock"}, "mandatory must be a list"),
    ],
)
def test_a_malformed_case_is_refused_in_words(changes, words):
    with pytest.raises(CaseError) as refused:
        solve(case(**changes))
    assert words in str(refused.value)


def test_a_missing_key_is_refused_in_words():
    with pytest.raises(CaseError, match="input: the key measures is missing"):
        solve({"scenarios": [], "budget": 1})
