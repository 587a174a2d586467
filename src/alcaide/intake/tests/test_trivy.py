import json

import pytest

from alcaide.intake import Limits, read
from alcaide.intake.errors import TooDeep
from alcaide.intake.records import HostDone, HostSeen, Weakness
from alcaide.intake.tests import SAMPLES
from alcaide.intake.tests.foreign import found, look, notices

SMALL = SAMPLES / "small_trivy.json"


def flaw(identifier="CVE-2024-0001", **fields):
    return {"VulnerabilityID": identifier, "PkgName": "gate", "InstalledVersion": "1.0", "Severity": "HIGH"} | fields


def report(*flaws, **top):
    result = {"Target": "package-lock.json", "Class": "lang-pkgs", "Type": "npm", "Vulnerabilities": list(flaws)}
    return {"SchemaVersion": 2, "ArtifactName": "plant", "ArtifactType": "filesystem", "Results": [result]} | top


def sample():
    return [record for record in read(SMALL) if isinstance(record, Weakness)]


def identities(content):
    return [(each.check, each.location) for each in found(content, Weakness)]


def test_the_sample_counts_what_it_holds():
    counts = look(SMALL.read_bytes()).counts
    assert counts == {
        "results": 5, "vulnerabilities": 4, "misconf_FAIL": 1, "secrets": 1, "distinct_cves": 2,
        "misconfigurations": 2, "licenses": 0, "suppressed": 0, "weaknesses": 6, "quarantined": 0,
    }  # fmt: skip


def test_an_image_is_known_by_its_builds_and_then_its_name():
    (image,) = [record for record in read(SMALL) if isinstance(record, HostSeen)]
    assert image.kind == "image"
    assert [each.kind for each in image.identifiers] == ["image", "image", "image-name"]
    assert image.identifiers[-1].value == "docker.io/almena/historian"
    assert image.ended.isoformat() == "2026-10-20T06:00:00.123456+00:00"
    assert image.os == "debian 12.5"


def test_a_flaw_is_its_package_without_version_and_build():
    first = sample()[0]
    assert (first.check, first.location) == ("CVE-2024-2961", "pkg:deb/debian/libc6")
    assert (first.package, first.installed, first.fixed, first.severity) == ("libc6", "2.36-9", "2.36-10", 3)
    assert [(each.version, each.score, each.source) for each in first.cvss] == [
        ("3.1", 8.8, "redhat"),
        ("3.1", 9.8, "nvd"),
    ]


def test_an_upgrade_does_not_make_another_flaw():
    old, new = (report(flaw(InstalledVersion=v, PkgPath=f"lib/gate-{v}.jar")) for v in ("1.0", "1.0.7"))
    assert identities(old) == identities(new)


def test_an_edited_severity_title_or_text_does_not_make_another_flaw():
    edited = report(flaw(Severity="LOW", Title="New", Description="New"))
    assert identities(report(flaw())) == identities(edited)


def test_versions_side_by_side_stay_apart_in_any_order():
    pair = [flaw(InstalledVersion="4.17.20"), flaw(InstalledVersion="4.17.9")]
    assert sorted(identities(report(*pair))) == sorted(identities(report(*reversed(pair))))
    by_version = {each.installed: each.location for each in found(report(*pair), Weakness)}
    assert by_version["4.17.9"] == identities(report(flaw()))[0][1]
    assert by_version["4.17.20"].endswith(" ~2")


def test_another_name_leads_to_the_one_cve():
    (gate,) = [each for each in sample() if each.package == "gate"]
    assert (gate.check, gate.aliases, gate.cves) == ("CVE-2025-0001", ("GHSA-aaaa-bbbb-cccc",), ("CVE-2025-0001",))
    assert gate.solution == "The vendor will not fix it."


def test_a_secret_is_never_carried_on():
    (secret,) = [each for each in sample() if each.family == "secret"]
    assert (secret.check, secret.location) == ("aws-access-key-id", "app/.env")
    assert "AKIA" not in repr(secret)


def test_a_broken_secret_is_set_aside_without_showing_it():
    content = report(Results=[{"Target": "a", "Class": "secret", "Secrets": [{"Match": "KEY=AKIAIOSFODNN7EXAMPLE"}]}])
    (bad,) = look(content).quarantined
    assert "AKIA" not in repr(bad)


@pytest.mark.parametrize("number", [{"ID": "DS002"}, {"ID": "DS-0002"}, {"ID": "x", "AVDID": "AVD-DS-0002"}])
def test_a_check_has_one_number_in_every_version_of_trivy(number):
    config = {"Target": "Dockerfile", "Class": "config", "Misconfigurations": [{"Status": "FAIL", **number}]}
    assert identities(report(Results=[config])) == [("AVD-DS-0002", "Dockerfile")]


def test_only_what_was_looked_for_can_be_gone():
    (done,) = found(report(flaw()), HostDone)
    assert done.complete
    assert done.families_run == frozenset({"vulnerability"})
    (done,) = found(report(Results=None), HostDone)
    assert done.families_run == frozenset({"vulnerability"})


def test_an_unrated_flaw_is_medium_and_noted():
    assert found(report(flaw(Severity="UNKNOWN")), Weakness)[0].severity == 2
    assert any("neither severity nor score" in text for text in notices(report(flaw(Severity="UNKNOWN"))))


@pytest.mark.parametrize("nothing", [None, [], [None], [{"Target": "x"}], [{"Target": "x", "Vulnerabilities": None}]])
def test_nothing_found_is_no_fault(nothing):
    counts = look(report(Results=nothing)).counts
    assert counts["vulnerabilities"] == counts["weaknesses"] == 0
    assert counts["quarantined"] == (nothing == [None])


def test_the_old_list_is_read():
    reading = look(
        [{"Target": "redis:6 (debian 10.4)", "Type": "debian", "Vulnerabilities": [flaw()]}, {"Target": "b"}]
    )
    assert (reading.variant, reading.counts["results"], reading.counts["vulnerabilities"]) == ("list", 2, 1)
    assert any("choose the asset" in text for text in reading.warnings)


def cluster(**parts):
    return {"ClusterName": "plant", **parts}


def resource(**parts):
    return {"Namespace": "default", "Kind": "Deployment", "Name": "gate"} | parts


def test_a_resource_named_twice_is_one_target():
    vulnerable = resource(Results=[{"Target": "gate:1 (debian 12)", "Class": "os-pkgs", "Type": "debian",
                                    "Vulnerabilities": [flaw()]}])  # fmt: skip
    wrong = resource(Results=[{"Target": "Deployment/gate", "Class": "config",
                               "Misconfigurations": [{"ID": "KSV001", "Status": "FAIL"}]}])  # fmt: skip
    content = cluster(Vulnerabilities=[vulnerable], Misconfigurations=[wrong])
    (seen,) = found(content, HostSeen)
    assert (seen.kind, seen.identifiers[0].value) == ("cluster", "plant/default/deployment/gate")
    assert identities(content) == [
        ("CVE-2024-0001", "gate pkg:deb/debian/gate"),
        ("AVD-KSV-0001", "Deployment/gate"),
    ]


@pytest.mark.parametrize(("part", "variant"), [("Resources", "k8s"), ("Findings", "k8s-summary")])
def test_both_reports_of_a_cluster_are_read(part, variant):
    content = cluster(
        **{part: [resource(Results=[{"Target": "a", "Class": "lang-pkgs", "Vulnerabilities": [flaw()]}])]}
    )
    reading = look(content)
    assert (reading.variant, reading.counts["vulnerabilities"]) == (variant, 1)
    assert look(cluster(**{part: None})).counts["results"] == 0
    assert look(cluster(**{part: [resource(Results=None), resource(Error="denied")]})).counts["results"] == 0


def operator(kind, **report):
    labels = {f"trivy-operator.resource.{key}": value for key, value in
              (("namespace", "default"), ("kind", "ReplicaSet"), ("name", "gate-7"))}  # fmt: skip
    return {"apiVersion": "aquasecurity.github.io/v1alpha1", "kind": kind, "metadata": {"labels": labels},
            "report": report}  # fmt: skip


FLAWED = operator("VulnerabilityReport", artifact={"repository": "almena/gate", "tag": "1"}, vulnerabilities=[
    {"vulnerabilityID": "CVE-2024-0001", "resource": "libc6", "installedVersion": "2", "severity": "HIGH", "score": 7.5,
     "packagePURL": "pkg:deb/debian/libc6@2", "links": [], "title": "t"}])  # fmt: skip
CHECKED = operator("ConfigAuditReport", checks=[{"checkID": "KSV001", "success": False, "severity": "LOW"},
                                                {"checkID": "KSV002", "success": True}])  # fmt: skip


@pytest.mark.parametrize("content", [[FLAWED, CHECKED], {"kind": "List", "items": [FLAWED, CHECKED]}])
def test_reports_of_the_operator_are_joined_by_their_resource(content):
    reading = look(content)
    assert reading.variant == "operator"
    assert (reading.counts["results"], reading.counts["vulnerabilities"], reading.counts["misconf_FAIL"]) == (2, 1, 1)
    (seen,) = found(content, HostSeen)
    assert seen.name == "default/ReplicaSet/gate-7"
    assert identities(content)[0] == ("CVE-2024-0001", "almena/gate pkg:deb/debian/libc6")


def test_one_report_of_the_operator_stands_alone():
    assert look(FLAWED).counts["vulnerabilities"] == 1


def test_what_the_report_set_aside_opens_nothing():
    result = {"Target": "a", "Class": "lang-pkgs", "ExperimentalModifiedFindings": [
        {"Type": "vulnerability", "Status": "not_affected", "Statement": "Not reached",
         "Finding": flaw()}]}  # fmt: skip
    content = report(Results=[result])
    (one,) = found(content, Weakness)
    assert (one.verdict, one.why) == ("not-affected", "Not reached")
    assert (look(content).counts["vulnerabilities"], look(content).counts["suppressed"]) == (0, 1)


def test_a_bad_record_costs_itself_alone():
    content = report(flaw(), {"PkgName": "no id"}, 7, None, flaw("CVE-2024-0002"))
    reading = look(content)
    assert (reading.counts["vulnerabilities"], reading.counts["weaknesses"], reading.counts["quarantined"]) == (5, 2, 3)
    assert reading.quarantined[0].place.startswith("Results[0].Vulnerabilities[1], byte ")
    (done,) = found(content, HostDone)
    assert not done.complete


def test_a_field_of_a_wrong_type_is_left_out_and_the_finding_kept():
    content = report(flaw(Title=7, References="no list", CVSS={"nvd": {"V3Score": "high"}}))
    assert len(found(content, Weakness)) == 1
    assert sum("unexpected type" in text for text in notices(content)) == 3


def test_a_file_cut_short_keeps_what_was_whole():
    text = json.dumps(report(*(flaw(f"CVE-2024-{n}") for n in range(1000, 1020)))).encode()
    reading = look(text[: text.index(b"CVE-2024-1015")])
    assert (reading.counts["vulnerabilities"], reading.counts["quarantined"]) == (15, 0)
    assert any("ends early" in text for text in reading.warnings)
    assert not found(text[: text.index(b"CVE-2024-1015")], HostDone)[0].complete


def test_a_lost_quote_costs_one_record():
    text = json.dumps(report(*(flaw(f"CVE-2024-{n}") for n in range(1000, 1020)))).encode()
    reading = look(text.replace(b'"CVE-2024-1007"', b'"CVE-2024-1007', 1))
    assert (reading.counts["vulnerabilities"], reading.counts["quarantined"]) == (20, 1)


def test_numbers_that_are_none_or_huge_harm_nothing():
    score = b'{"nvd": {"V3Score": %s}}'
    text = json.dumps(report(flaw(CVSS="@"))).encode()
    for number in (b"NaN", b"Infinity", b"1e999", b"9" * 5000, b"-1"):
        reading = look(text.replace(b'"@"', score % number))
        assert reading.counts["vulnerabilities"] == 1


def test_control_characters_in_escapes_are_left_out():
    (one,) = found(report(flaw(Title="a\x00b\ud800c")), Weakness)
    assert one.name == "abc"


def test_a_bad_byte_and_a_mark_harm_nothing():
    text = b"\xef\xbb\xbf" + json.dumps(report(flaw(Title="Gr@sse"))).encode().replace(b"@", b"\xf6")
    (one,) = found(text, Weakness)
    assert one.name == "Grösse"


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"a":' * 100_000])
def test_deep_nesting_ends_in_words(deep):
    text = json.dumps(report(flaw(Title="@"))).encode().replace(b'"@"', deep)
    with pytest.raises(TooDeep):
        look(text)


def test_a_record_nested_too_deep_for_a_parser_is_set_aside():
    deep = b"[" * 5_000 + b"]" * 5_000
    text = json.dumps(report(flaw(Title="@"), flaw())).encode().replace(b'"@"', deep)
    assert (look(text).counts["weaknesses"], look(text).counts["quarantined"]) == (1, 1)


def test_a_doubled_key_is_noted():
    text = b'{"SchemaVersion": 2, "ArtifactName": "a", "ArtifactName": "b", "Results": []}'
    assert any("stands twice" in text for text in notices(text))


def test_metadata_may_follow_the_results():
    content = dict(reversed(report(flaw(), ArtifactName="almena/gate:1", ArtifactType="container_image").items()))
    assert found(content, HostSeen)[0].identifiers[0].value == "docker.io/almena/gate"


def test_a_large_file_is_read_from_disk_and_alike():
    content = report(*(flaw(f"CVE-2024-{n}", Description="x" * 300) for n in range(1000, 1400)))
    small = Limits(whole_bytes=4096)
    assert found(content, Weakness, small) == found(content, Weakness)
    assert len(found(content, Weakness)) == 400
