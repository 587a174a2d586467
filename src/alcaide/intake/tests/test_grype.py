import json

from alcaide.intake import read
from alcaide.intake.records import HostDone, HostSeen, Weakness
from alcaide.intake.tests import SAMPLES
from alcaide.intake.tests.foreign import found, look

SMALL = (SAMPLES / "small_grype.json").read_bytes()


def match(path="/app/gate.jar", **artifact):
    package = {"name": "gate", "version": "1.0", "type": "java-archive", "purl": "pkg:maven/almena/gate@1.0",
               "locations": [{"path": path}]} | artifact  # fmt: skip
    return {"vulnerability": {"id": "CVE-2024-0001", "severity": "High"}, "artifact": package}


def report(*matches):
    return {
        "matches": list(matches),
        "source": {"type": "directory", "target": "/plant"},
        "descriptor": {"name": "grype"},
    }


def test_the_sample_counts_what_it_holds():
    counts = look(SMALL).counts
    assert (counts["matches"], counts["distinct_ids"], counts["ignored"], counts["weaknesses"]) == (2, 2, 1, 3)


def test_the_target_stands_after_the_matches_and_is_read_first():
    records = list(read(SAMPLES / "small_grype.json"))
    assert isinstance(records[1], HostSeen)
    assert records[1].kind == "image"
    assert [each.value for each in records[1].identifiers][-1] == "registry.almena.example/historian"


def test_an_advisory_goes_by_its_cve():
    first = found(SMALL, Weakness)[0]
    assert (first.check, first.aliases) == ("CVE-2021-44228", ("GHSA-jfh8-c2jp-5v3q",))
    assert first.location == "pkg:maven/org.apache.logging.log4j/log4j-core app/lib/log4j-core-*.jar"
    assert (first.epss, first.exploit_available, first.fixed, first.severity) == (0.94, True, "2.15.0", 4)


def test_an_ignored_match_opens_nothing_and_says_why():
    last = found(SMALL, Weakness)[-1]
    assert (last.verdict, last.why) == ("not-affected", "not_affected; vulnerable_code_not_present")


def test_a_package_at_two_paths_is_two_places():
    places = {each.location for each in found(report(match(), match("/old/gate.jar")), Weakness)}
    assert places == {"pkg:maven/almena/gate app/gate.jar", "pkg:maven/almena/gate old/gate.jar"}


def test_a_system_package_has_no_path():
    (one,) = found(
        report(match("/var/lib/dpkg/status", type="deb", purl="pkg:deb/debian/gate@1.0?arch=amd64")), Weakness
    )
    assert one.location == "pkg:deb/debian/gate"


def test_damage_in_a_match_does_not_lose_the_target():
    text = json.dumps(report(match(), match("/b"), match("/c"))).encode().replace(b'"/b"', b'"/b', 1)
    reading = look(text)
    assert (reading.counts["matches"], reading.counts["quarantined"]) == (3, 1)
    assert found(text, HostSeen)[0].name == "/plant"
    assert not found(text, HostDone)[0].complete


def test_nulls_and_strangers_are_no_fault():
    for content in ({**report(), "matches": None}, {**report(), "source": None}, {**report(), "ignoredMatches": None}):
        assert look(content).counts["quarantined"] == 0
    assert look(report({"vulnerability": None}, [], match())).counts["quarantined"] == 2
