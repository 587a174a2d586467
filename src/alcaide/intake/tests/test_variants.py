"""Shapes that the public descriptions of the formats allow and few files have."""

import json

import pytest

from alcaide.intake.records import HostDone, HostSeen, ServiceSeen, Weakness
from alcaide.intake.tests.foreign import found, look, notices

from .test_cyclonedx import bill
from .test_cyclonedx import only as only_flaw
from .test_grype import match
from .test_grype import report as grype
from .test_nmap import host
from .test_nmap import report as nmap
from .test_trivy import flaw
from .test_trivy import report as trivy

PART = {"type": "library", "name": "gate", "version": "2.0", "bom-ref": "g", "purl": "pkg:npm/gate@2.0"}
HIGH = [{"severity": "high"}]


def test_a_hint_of_a_host_is_no_host():
    hint = '<hosthint><status state="up"/><address addr="192.0.2.9" addrtype="ipv4"/></hosthint>'
    assert look(nmap(hint, host('<address addr="192.0.2.9"/>', 22))).counts["hosts"] == 1
    assert look(nmap(hint)).counts["hosts"] == 0


def test_a_host_with_two_names_and_an_address_of_its_link_is_known_by_the_rest():
    inner = (
        '<address addr="fe80::1%eth0" addrtype="ipv6"/><address addr="2001:db8::9" addrtype="ipv6"/><hostnames>'
        '<hostname name="a.almena.example" type="user"/><hostname name="b.almena.example" type="user"/></hostnames>'
    )
    (seen,) = found(nmap(host(inner)), HostSeen)
    assert [each.value for each in seen.identifiers] == ["a.almena.example", "b.almena.example", "2001:db8::9"]


def test_ports_that_may_be_open_are_none_and_other_protocols_are():
    states = ("open", "open|filtered", "closed", "unfiltered")
    ports = "".join(f'<port protocol="sctp" portid="{n}"><state state="{state}"/></port>' for n, state in
                    enumerate(states))  # fmt: skip
    content = nmap(
        f'<host><address addr="192.0.2.9"/><ports><extraports state="closed" count="9"/>{ports}</ports></host>'
    )
    assert [(each.port, each.protocol) for each in found(content, ServiceSeen)] == [(0, "sctp")]
    assert (look(content).counts["ports_open"], look(content).counts["ports_listed"]) == (1, 4)


def test_a_list_of_hosts_that_answer_holds_hosts_without_ports():
    listed = '<host><status state="up" reason="arp-response"/><address addr="192.0.2.{}"/></host>'
    content = nmap(
        *(listed.format(n) for n in (1, 2)), '<host><status state="down"/><address addr="192.0.2.3"/></host>'
    )
    assert (look(content).counts["hosts"], look(content).counts["hosts_up"]) == (3, 2)
    assert [each.complete for each in found(content, HostDone)] == [True, True]


def test_what_one_port_a_host_writes_is_counted_host_by_host():
    one = '<host endtime="1"><address addr="192.0.2.1"/><ports><port protocol="tcp" portid="{}"><state state="open"/>'
    content = nmap(*(f"{one.format(port)}</port></ports></host>" for port in (22, 80))).replace(b'"nmap"', b'"masscan"')
    assert (look(content).variant, look(content).counts["hosts"], look(content).counts["ports_open"]) == (
        "masscan",
        2,
        2,
    )


@pytest.mark.parametrize("kind", ["vm", "cyclonedx", "spdx", "repository", "filesystem", "aws_account"])
def test_every_kind_of_artifact_is_read_alike(kind):
    assert look(trivy(flaw(), ArtifactType=kind)).counts["vulnerabilities"] == 1


@pytest.mark.parametrize("about", [{"Metadata": {}}, {"CreatedAt": "2026-01-01T00:00:00Z"}])
def test_a_report_that_names_nothing_and_found_nothing_is_one(about):
    assert look({"SchemaVersion": 2, **about}).variant == "schema-2"


def test_checks_that_passed_or_are_excepted_open_nothing():
    found_here = [{"ID": f"DS00{n}", "Status": status} for n, status in enumerate(("PASS", "EXCEPTION", "FAIL"))]
    content = trivy(Results=[{"Target": "Dockerfile", "Class": "config", "Misconfigurations": found_here}])
    assert [each.check for each in found(content, Weakness)] == ["AVD-DS-0002"]
    assert (look(content).counts["misconfigurations"], look(content).counts["misconf_FAIL"]) == (3, 1)


def test_licences_and_packages_beside_flaws_are_counted_and_open_nothing():
    results = [{"Target": "Java", "Class": "license", "Licenses": [{"Name": "GPL-3.0", "Severity": "HIGH"}]},
               {"Target": "os", "Class": "os-pkgs", "Packages": [{"Name": "bash"}]},
               {"Target": "", "Class": "custom", "CustomResources": [{"Type": "x"}]}]  # fmt: skip
    counts = look(trivy(Results=results)).counts
    assert (counts["results"], counts["licenses"], counts["weaknesses"]) == (3, 1, 0)


def test_what_stands_behind_a_report_is_not_passed_over():
    content = json.dumps(trivy(flaw())).encode()
    assert any("stands more" in text for text in notices(content + b"\n" + content))
    assert not found(content + b"\n" + content, HostDone)[0].complete
    assert not notices(content + b"\n \n")


def test_nothing_said_within_a_part_is_as_good_as_left_out():
    content = trivy(flaw(PkgIdentifier={"PURL": None, "UID": "x"}, CVSS={"nvd": {"V3Vector": None, "V3Score": 7.5}}))
    (one,) = found(content, Weakness)
    assert (one.cvss[0].score, notices(content)) == (7.5, [])


def test_a_version_is_affected_unless_it_says_otherwise():
    versions = [{"version": "1.0", "status": "unaffected"}, {"version": "2.0"}]
    one = only_flaw(bill({"id": "CVE-2024-1234", "affects": [{"ref": "g", "versions": versions}]}, components=[PART]))
    assert one.verdict == ""


@pytest.mark.parametrize(
    ("versions", "verdict"),
    [([("1.0", "affected"), ("2.0", "unaffected")], "not-affected"), ([("1.0", "unaffected")], ""),
     ([("2.0", "unknown")], ""), ([(None, "unaffected")], "not-affected")],
)  # fmt: skip
def test_what_is_said_of_the_version_at_hand_counts(versions, verdict):
    said = [{"version": version, "status": status, "range": "vers:npm/*"} for version, status in versions]
    flawed = {"id": "CVE-2024-1234", "affects": [{"ref": "g", "versions": said}]}
    assert only_flaw(bill(flawed, components=[PART])).verdict == verdict


@pytest.mark.parametrize(
    ("state", "verdict"),
    [("resolved", "fixed"), ("resolved_with_pedigree", "fixed"), ("exploitable", "affected"),
     ("in_triage", "in-triage"), ("false_positive", "false-positive"), ("not_affected", "not-affected"), (None, "")],
)  # fmt: skip
def test_every_state_of_an_analysis_is_known(state, verdict):
    one = only_flaw(bill({"id": "CVE-2024-1234", "analysis": {"state": state, "justification": None}}))
    assert one.verdict == verdict


def test_a_doubled_reference_means_the_first_and_nested_parts_are_known():
    inner = PART | {"name": "inner", "bom-ref": "i", "purl": "pkg:npm/inner@1"}
    parts = [PART | {"components": [inner]}, PART | {"name": "other", "purl": "pkg:npm/other@1"}]
    flaws = [{"id": "CVE-2024-1234", "ratings": HIGH, "affects": [{"ref": "g"}, {"ref": "i"}]}]
    content = bill(*flaws, components=parts)
    assert [each.location for each in found(content, Weakness)] == ["pkg:npm/gate", "pkg:npm/inner"]
    assert look(content).counts["components"] == 3


def test_a_flaw_known_by_another_source_alone_goes_by_that_name():
    assert only_flaw(bill({"references": [{"id": "CVE-2024-1234"}], "ratings": HIGH})).check == "CVE-2024-1234"


def test_parts_within_the_main_one_are_known_in_xml_too():
    inner = '<components><component bom-ref="k"><name>k</name><purl>pkg:npm/k@1</purl></component></components>'
    head = '<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><metadata><component type="application"><name>m</name>'
    flawed = "<vulnerability><id>CVE-2024-1234</id><affects><target><ref>k</ref></target></affects></vulnerability>"
    content = f"{head}{inner}</component></metadata><vulnerabilities>{flawed}</vulnerabilities></bom>".encode()
    assert only_flaw(content).location == "pkg:npm/k"


def test_a_list_of_what_was_looked_at_is_no_list_of_flaws():
    listed = '<compositions><composition><vulnerabilities><vulnerability ref="v"/></vulnerabilities></composition>'
    head = '<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component><name>a</name></component>'
    content = f"{head}</components>{listed}</compositions></bom>".encode()
    assert look(content).counts["vulnerabilities"] == 0
    assert found(content, HostDone)[0].families_run == frozenset()


def test_places_of_another_shape_cost_the_place_and_not_the_match():
    old = match() | {"relatedVulnerabilities": None}
    old["artifact"]["locations"] = ["/var/lib/dpkg/status"]
    content = grype(old, match("/b"))
    assert [each.location for each in found(content, Weakness)] == [
        "pkg:maven/almena/gate",
        "pkg:maven/almena/gate b",
    ]


@pytest.mark.parametrize(
    ("state", "words"), [("wont-fix", "will not fix"), ("not-fixed", "no fix yet"), ("unknown", ""), (None, "")]
)
def test_the_state_of_a_fix_is_told(state, words):
    one = match()
    one["vulnerability"]["fix"] = {"versions": None, "state": state}
    assert words in found(grype(one), Weakness)[0].solution


def test_an_advisory_for_several_flaws_keeps_its_own_name():
    one = match() | {"relatedVulnerabilities": [{"id": "CVE-2024-1111"}, {"id": "CVE-2024-2222"}]}
    one["vulnerability"]["id"] = "ALAS-2024-1"
    (weakness,) = found(grype(one), Weakness)
    assert (weakness.check, weakness.cves) == ("ALAS-2024-1", ("CVE-2024-1111", "CVE-2024-2222"))


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [({"vex-status": "fixed"}, "fixed"), ({"vex-status": "not_affected"}, "not-affected"),
     ({"fix-state": "not-fixed", "package": {"name": "gate"}}, "suppressed"), ({}, "suppressed")],
)  # fmt: skip
def test_why_a_match_was_ignored_is_its_verdict(rule, verdict):
    content = grype() | {"ignoredMatches": [match() | {"appliedIgnoreRules": [rule]}]}
    assert [each.verdict for each in found(content, Weakness)] == [verdict]


@pytest.mark.parametrize("source", [{"type": "sbom-file", "target": "a.json"}, {"type": "file", "target": "/a"}, None])
def test_a_source_that_is_no_image_is_read(source):
    content = grype(match()) | {"source": source}
    assert (found(content, HostSeen)[0].kind, look(content).counts["matches"]) == ("files", 1)
