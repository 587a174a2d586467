import io
import json
import tracemalloc

import pytest

from alcaide.intake.cyclonedx.parts import Affected, Flaw, Rating
from alcaide.intake.cyclonedx.shelf import Shelf
from alcaide.intake.reading import open_report
from alcaide.intake.records import HostDone, HostSeen, Weakness
from alcaide.intake.tests import SAMPLES
from alcaide.intake.tests.foreign import found, look, notices

SMALL = (SAMPLES / "small_cyclonedx.json").read_bytes()
XML = (SAMPLES / "small_cyclonedx.xml").read_bytes()


def bill(*flaws, **parts):
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "vulnerabilities": list(flaws)} | parts


def only(content) -> Weakness:
    (one,) = found(content, Weakness)
    return one


def test_the_sample_counts_what_it_holds():
    counts = look(SMALL).as_dict()["counts"]
    assert (counts["components"], counts["vulnerabilities"], counts["metadata_component"]) == (3, 3, 1)
    assert counts["analysis_states"] == ["not_affected", "resolved"]


def test_a_flaw_goes_by_its_cve_and_the_newest_rating():
    first = found(SMALL, Weakness)[0]
    assert (first.check, first.severity, first.solution) == ("CVE-2021-44228", 4, "Upgrade.")
    assert first.location == "pkg:maven/org.apache.logging.log4j/log4j-core"
    assert (first.package, first.installed) == ("log4j-core", "2.13.2")


def test_what_is_not_affected_or_resolved_opens_nothing():
    verdicts = {(each.check, each.verdict) for each in found(SMALL, Weakness)}
    assert ("CVE-2024-0001", "not-affected") in verdicts
    assert ("CVE-2024-0002", "fixed") in verdicts
    assert "code not reachable; Never called." in {each.why for each in found(SMALL, Weakness)}


def test_a_link_to_another_document_is_a_target_of_its_own():
    main, other = found(SMALL, HostSeen)
    assert [each.value for each in main.identifiers] == [
        "pkg:generic/almena/historian",
        "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
    ]
    assert other.kind == "application"
    assert [each.value for each in other.identifiers] == ["urn:uuid:f08a6ccd-4dce-4759-bd84-c626675d60a7"]
    assert found(SMALL, HostDone)[1].families_run == frozenset()
    assert found(SMALL, Weakness)[-1].location == "gate"


def test_a_time_without_zone_is_taken_as_utc_with_a_notice():
    assert found(SMALL, HostSeen)[0].ended.isoformat() == "2026-10-20T10:00:00+00:00"
    assert any("no time zone" in text for text in notices(SMALL))


def test_xml_with_prefixes_nested_parts_and_the_old_extension_is_read():
    reading = look(XML)
    assert (reading.variant, reading.counts["components"], reading.counts["vulnerabilities"]) == ("xml 1.3", 2, 1)
    one = only(XML)
    assert (one.check, one.location, one.severity) == ("CVE-2018-7489", "pkg:npm/outer", 4)
    assert (one.cvss[0].score, one.cvss[0].version) == (9.8, "3.0")
    assert found(XML, HostSeen)[0].kind == "image"


NEW_XML = """<bom xmlns="http://cyclonedx.org/schema/bom/1.{}" serialNumber="urn:uuid:1"><components>
<component type="library" bom-ref="a"><name>gate</name><version>1</version><purl>pkg:npm/gate@1</purl></component>
</components><vulnerabilities><vulnerability bom-ref="v"><id>CVE-2024-1</id><id/>
<ratings><rating><severity>high</severity>
</rating></ratings><analysis><state>false_positive</state><detail>no</detail></analysis>
<affects><target><ref>a</ref></target>
</affects></vulnerability><vulnerability><description>no id</description></vulnerability></vulnerabilities></bom>"""


@pytest.mark.parametrize("version", range(4, 8))
def test_xml_of_each_version_is_read(version):
    content = NEW_XML.format(version).encode()
    reading = look(content)
    assert (reading.counts["components"], reading.counts["vulnerabilities"], reading.counts["quarantined"]) == (1, 2, 1)
    assert reading.as_dict()["counts"]["analysis_states"] == ["false_positive"]
    assert (only(content).verdict, only(content).severity) == ("false-positive", 3)


def test_xml_cut_short_keeps_what_was_whole():
    text = NEW_XML.format(5).encode()
    cut = text[: text.index(b"<description>")]
    assert look(cut).counts["vulnerabilities"] == 1
    assert any("ends early" in text for text in notices(cut))
    assert not found(cut, HostDone)[0].complete


def test_entities_are_not_expanded():
    bomb = b'<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component><name>&lol;</name></component>'
    assert look(bomb + b"</components></bom>").counts["components"] == 1


def test_a_flaw_that_names_no_component_is_of_the_whole():
    one = only(bill({"id": "CVE-2024-1234"}, metadata={"component": {"name": "plant", "type": "application"}}))
    assert (one.location, one.package, one.severity) == ("", "plant", 2)


def test_parts_out_of_order_and_nulls_are_no_fault():
    content = dict(reversed(json.loads(SMALL).items()))
    assert sorted(map(str, found(content, Weakness))) != []
    for key in ("components", "vulnerabilities", "metadata"):
        assert look({**json.loads(SMALL), key: None}).counts["quarantined"] == 0
    nothing = dict.fromkeys(("ratings", "affects", "analysis", "references", "source", "advisories"))
    assert look(bill({"id": "CVE-2024-1234", **nothing})).counts["weaknesses"] == 1


def test_a_bad_flaw_is_set_aside():
    reading = look(bill({"description": "no id"}, 4, {"id": "CVE-2024-1234", "affects": [{"ref": "a"}, {"ref": "b"}]}))
    counts = reading.counts
    assert (counts["vulnerabilities"], counts["weaknesses"], counts["quarantined"]) == (3, 2, 2)


def test_flaws_come_off_the_shelf_as_they_were_put_there():
    flaws = [
        Flaw("CVE-2024-0001", ratings=(Rating("nvd", 9.8, "critical", "CVSSv31", "AV:N"), Rating("house", None))),
        Flaw("CVE-2024-0002", aliases=("GHSA-1",), links=("a", "b"),
             affected=(Affected("gate", (("1.0", "unaffected"),)),)),
    ]  # fmt: skip
    with Shelf(in_memory_bytes=100) as shelf:
        for line, flaw in enumerate(flaws * 50):
            shelf.put(flaw, line)
        assert list(shelf) == [(flaw, line) for line, flaw in enumerate(flaws * 50)]
        assert len(list(shelf)) == 100


@pytest.mark.slow
def test_twice_the_flaws_of_xml_take_no_more_memory():
    def peak(count: int) -> int:
        flaw = f"<vulnerability><id>CVE-2024-%d</id><description>{'words ' * 150}</description></vulnerability>"
        head = '<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><vulnerabilities>'
        text = (head + "".join(flaw % (10_000 + n) for n in range(count)) + "</vulnerabilities></bom>").encode()
        tracemalloc.start()
        with open_report(io.BytesIO(text)) as report:
            assert sum(isinstance(each, Weakness) for each in report.records()) == count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(12_000) < 1.5 * peak(6_000) + (4 << 20)
