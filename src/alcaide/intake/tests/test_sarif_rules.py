"""Rules, levels, kinds and places of SARIF as §3 of the standard has them."""

import pytest

from alcaide.intake.records import HostDone, Weakness
from alcaide.intake.tests.foreign import found, look, notices

from .test_sarif import log, only, place, result

RULES = [{"id": "R1", "defaultConfiguration": {"level": "error"}}, {"id": "R2"}]
EXTRA = {"name": "E", "guid": "g", "rules": [{"id": "X1", "defaultConfiguration": {"level": "note"}}]}
LISTED = {"driver": {"name": "T", "rules": RULES}, "extensions": [EXTRA]}


@pytest.mark.parametrize("part", [{"index": 0}, {"guid": "g"}, {"name": "E"}])
def test_a_rule_of_an_extension_is_found_by_place_guid_or_name(part):
    given = {"rule": {"index": 0, "toolComponent": part}, "message": {"text": "m"}}
    one = only(log(given, tool=LISTED))
    assert (one.check, one.severity) == ("X1", 1)


@pytest.mark.parametrize("number", [-1, 0])
def test_a_level_set_for_the_run_outdoes_that_of_the_rule(number):
    set_to = ({"id": "R1"}, "note"), ({"index": 1}, "error")
    calls = [{"ruleConfigurationOverrides": [
        {"descriptor": rule, "configuration": {"level": level}} for rule, level in set_to]}]  # fmt: skip
    both = [result(ruleId=name, provenance={"invocationIndex": number}) for name in ("R1", "R2")]
    severities = [each.severity for each in found(log(*both, tool=LISTED, invocations=calls), Weakness)]
    assert severities == [1, 3]


@pytest.mark.parametrize(
    ("kind", "severities"),
    [("pass", []), ("notApplicable", []), ("open", [0]), ("review", [0]), ("informational", [0]), ("fail", [2])],
)
def test_what_passed_or_does_not_apply_is_counted_and_no_weakness(kind, severities):
    content = log(result(kind=kind))
    assert [each.severity for each in found(content, Weakness)] == severities
    assert look(content).counts["results"] == 1


def test_a_result_without_a_rule_is_kept_and_stays_itself():
    content = log(
        {"message": {"text": "Odd"}, "locations": place(3)}, {"message": {"text": "b"}, "locations": place(9)}
    )
    first, second = found(content, Weakness)
    assert (first.check, first.name) == ("(no rule)", "Odd")
    assert second.location == f"{first.location} ~2"


@pytest.mark.parametrize("where", ["charOffset", "byteOffset"])
def test_places_by_offset_stay_apart(where):
    spots = [result(locations=[{"physicalLocation": {"artifactLocation": {"uri": "a.bin"}, "region": {where: at}}}])
             for at in (4, 9, 9)]  # fmt: skip
    assert [each.location for each in found(log(*spots), Weakness)] == ["a.bin", "a.bin ~2", "a.bin ~2"]


def test_places_at_addresses_stay_apart():
    spots = [result(locations=[{"physicalLocation": {"address": {"absoluteAddress": at}}}]) for at in (4, 9)]
    assert len({each.location for each in found(log(*spots), Weakness)}) == 2


def test_names_in_the_code_that_are_only_numbered_are_looked_up():
    numbered = [result(locations=[{"logicalLocations": [{"index": number}]}]) for number in (0, 1, 7)]
    content = log(*numbered, logicalLocations=[{"fullyQualifiedName": "a.b"}, {"name": "c"}])
    assert [each.location for each in found(content, Weakness)] == ["a.b", "c", ""]


def test_results_without_any_place_are_told_apart_by_their_words():
    texts = [result(locations=None, message={"text": text}) for text in ("a", "b", "a")]
    assert [each.location for each in found(log(*texts), Weakness)] == ["", "~2", ""]


def test_nothing_said_within_a_place_does_not_lose_it():
    spot = {"physicalLocation": {"artifactLocation": {"uri": "a.py", "uriBaseId": None},
                                 "region": {"startLine": 3, "endLine": None, "snippet": None}}}  # fmt: skip
    content = log(result(locations=[{"id": None, "logicalLocations": None, **spot}], message={"text": "m", "id": None}))
    assert (only(content).where, only(content).output, notices(content)) == ("a.py:3", "m", [])


def test_a_place_of_a_wrong_type_costs_itself():
    content = log(result(locations=[{"physicalLocation": {"artifactLocation": {"uri": "a.py"}, "region": "none"}}]))
    assert only(content).where == "a.py"
    assert sum("unexpected type" in text for text in notices(content)) == 1


def test_runs_without_a_list_of_results_prove_nothing():
    log_of = {"version": "2.1.0", "runs": [{"tool": LISTED, "results": each} for each in (None, [])]}
    assert [each.complete for each in found(log_of, HostDone)] == [False, True]


def test_parts_kept_apart_from_their_run_are_named():
    content = log(result()) | {"inlineExternalProperties": [{"results": [result()]}]}
    assert any("keeps apart" in text for text in notices(content))
