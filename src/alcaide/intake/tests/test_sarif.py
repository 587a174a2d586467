import json

import pytest

from alcaide.intake.records import HostDone, HostSeen, Weakness
from alcaide.intake.tests import SAMPLES
from alcaide.intake.tests.foreign import found, look, notices

SMALL = (SAMPLES / "small.sarif").read_bytes()


def place(line=3, snippet="x = 1", uri="src/a.py", column=0):
    region = {"startLine": line, "startColumn": column, "snippet": {"text": snippet}}
    return [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}]


def log(*results, **run):
    return {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T"}}, "results": list(results), **run}]}


def result(**fields):
    return {"ruleId": "R1", "message": {"text": "m"}, "locations": place()} | fields


def only(content) -> Weakness:
    (one,) = found(content, Weakness)
    return one


def test_the_sample_counts_what_it_holds():
    counts = look(SMALL).counts
    assert counts == {"runs": 2, "results": 4, "rules": 2, "suppressed": 1, "weaknesses": 4, "quarantined": 0}


def test_a_result_is_its_rule_file_and_fingerprint():
    first, second, *_ = found(SMALL, Weakness)
    assert (first.check, first.location) == ("PL1", "src/gate.py primaryLocationLineHash:39fa2ee980eb94b0:1")
    assert (first.severity, first.where) == (4, "src/gate.py:7")
    assert (second.check, second.output, second.severity) == ("PL2", "The value x is never read", 2)


def test_new_lines_above_do_not_make_another_result():
    before, after = (only(log(result(locations=place(line, text)))) for line, text in ((3, "x = 1"), (40, "  x  =  1")))
    assert before.location == after.location


def test_a_repository_is_the_target():
    first = found(SMALL, HostSeen)[0]
    assert (first.kind, first.identifiers[0].value) == ("repository", "github.com/almena/plant")


def test_what_was_decided_opens_nothing():
    assert [each.verdict for each in found(SMALL, Weakness)] == ["", "", "fixed", "suppressed"]
    refused = log(result(suppressions=[{"kind": "external", "status": "rejected"}]))
    assert only(refused).verdict == ""
    assert look(refused).counts["suppressed"] == 1


def test_a_secret_in_a_message_is_covered():
    assert "hunter22" not in repr(found(SMALL, Weakness))
    text = "Found ghp_0123456789abcdefghij0123456789abcdef and AKIAIOSFODNN7EXAMPLE and https://u:pa55@h.example/"
    shown = only(log(result(message={"text": text}))).output
    assert not any(secret in shown for secret in ("ghp_", "AKIA", "pa55"))


@pytest.mark.parametrize(
    ("fields", "severity"),
    [({}, 2), ({"level": "error"}, 3), ({"level": "none"}, 0), ({"level": "loud"}, 2),
     ({"properties": {"security-severity": "7.5"}}, 3), ({"properties": {"security-severity": "bad"}}, 2)],
)  # fmt: skip
def test_a_level_is_a_severity_and_none_said_is_a_warning(fields, severity):
    assert only(log(result(**fields))).severity == severity


def test_a_stand_in_for_a_fingerprint_is_none():
    both = [result(fingerprints={"matchBasedId/v1": "requires login"}, locations=place(snippet=text)) for text in "ab"]
    assert len({each.location for each in found(log(*both), Weakness)}) == 2


def test_like_lines_of_a_file_stay_apart_and_one_told_twice_is_one():
    thrice = [result(locations=place(line=line)) for line in (3, 9, 9)]
    places = [each.location for each in found(log(*thrice), Weakness)]
    assert (len(set(places)), places[1]) == (2, f"{places[0]} ~2")


def test_results_of_another_kind_of_run_are_not_gone():
    first, second = found(SMALL, HostDone)
    assert (first.families_run, first.complete) == (frozenset({"Plantlint nightly"}), True)
    assert not second.complete


def test_a_result_without_rule_and_words_is_set_aside_and_masked():
    content = log({"properties": {"text": "token = abcdef123456"}}, result(), 5)
    reading = look(content)
    assert (reading.counts["results"], reading.counts["quarantined"]) == (3, 2)
    assert "abcdef123456" not in repr(reading.quarantined)


def test_nulls_everywhere_are_no_fault():
    nothing = dict.fromkeys(("locations", "suppressions", "partialFingerprints", "properties", "message", "rule"))
    assert look(log({"ruleId": "R1", **nothing})).counts["weaknesses"] == 1
    for run in ({"tool": None}, {"tool": {"driver": {"rules": None}}}, {"results": None}, None):
        assert look({"version": "2.1.0", "runs": [run, {"results": []}]}).format == "sarif"
    assert look({"version": "2.1.0", "runs": None, "$schema": "sarif"}).counts["runs"] == 0


def test_a_file_cut_short_says_so():
    text = json.dumps(log(*(result(ruleId=f"R{n}") for n in range(9)))).encode()
    assert any("ends early" in text for text in notices(text[:-120]))
    assert look(text[:-120]).counts["quarantined"] == 0
