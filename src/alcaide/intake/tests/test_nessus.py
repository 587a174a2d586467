from collections import Counter
from datetime import UTC, date, datetime

import pytest

from alcaide.intake import Limits, examine, read
from alcaide.intake.errors import EntitiesRefused, TooManyRecords, UnknownFormat
from alcaide.intake.records import Cvss, HostDone, HostSeen, Notice, Quarantined, Scan, Weakness
from alcaide.intake.tests import SAMPLES
from alcaide.intake.tests.nessus_text import host, item, report, stream, tag


def records(content, kind, limits=None):
    return [record for record in read(stream(content), limits) if isinstance(record, kind)]


def only_weakness(body="", **attributes) -> Weakness:
    (found,) = records(report(host(item(body, **attributes))), Weakness)
    return found


def notices(content, limits=None) -> list[str]:
    return [notice.text for notice in records(content, Notice, limits)]


def sample(kind):
    return [record for record in read(SAMPLES / "small.nessus") if isinstance(record, kind)]


def test_the_sample_counts_what_it_holds():
    assert examine(SAMPLES / "small.nessus").counts == {
        "hosts": 4,
        "report_items": 9,
        "items_sev_gt0": 7,
        "distinct_host_port_proto_plugin": 7,
        "port0_items": 3,
        "distinct_plugins": 7,
        "cve_elements": 4,
        "weaknesses": 9,
        "quarantined": 0,
    }


def test_the_scan_comes_first_with_its_settings():
    assert next(iter(read(SAMPLES / "small.nessus"))) == Scan(
        name="Plant network, October",
        policy="Almena quarterly",
        targets="192.0.2.0/24,2001:db8::/64",
        severity_basis="cvss_v3",
        scanner="Nessus",
    )


def test_a_host_is_known_by_all_it_has_strongest_first():
    first = sample(HostSeen)[0]
    assert [(each.kind, each.value) for each in first.identifiers] == [
        ("agent", "7f3a1c52-a0b1-4e64-a0f5-d1f3a5b7c9de"),
        ("bios-uuid", "4c4c4544-0042-3510-8051-b4c04f4e4d32"),
        ("mac", "00:50:56:ab:cd:01"),
        ("mac", "00:50:56:ab:cd:02"),
        ("fqdn", "mur-scada-01.almena.example"),
        ("netbios", "mur-scada-01"),
        ("ipv4", "192.0.2.10"),
    ]
    assert first.os == "Microsoft Windows Server 2019 Standard"
    assert first.system_type == "general-purpose"


def test_a_weakness_holds_what_the_item_says():
    found = next(each for each in sample(Weakness) if each.check == "156032")
    assert (found.port, found.protocol, found.service, found.severity) == (8443, "tcp", "www", 4)
    assert found.name == "Log4j < 2.15 RCE"
    assert found.cves == ("CVE-2021-44228", "CVE-2021-45046")
    assert found.exploit_available is True
    assert (found.published, found.patched) == (date(2021, 12, 9), date(2021, 12, 10))
    assert (found.modified, found.vpr, found.epss) == (date(2026, 7, 14), 10.0, 0.9436)
    assert found.references == ("CISA-KNOWN-EXPLOITED:2021/12/24", "CWE:502")
    assert found.place == "line 55"


def test_scores_of_every_version_come_newest_first():
    found = next(each for each in sample(Weakness) if each.check == "57608")
    log4j = next(each for each in sample(Weakness) if each.check == "156032")
    assert [score.version for score in log4j.cvss] == ["4.0", "3.1"]
    assert {score.source for score in log4j.cvss} == {"nessus:CVE-2021-44228"}
    assert found.cvss == (
        Cvss("3.0", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:N", 5.3, "nessus"),
        Cvss("2.0", "AV:N/AC:L/Au:N/C:N/I:P/A:N", 5.0, "nessus"),
    )


def test_one_check_twice_on_a_port_gives_two_weaknesses_of_one_identity():
    twice = [each for each in sample(Weakness) if each.check == "156032"]
    assert len({(each.host_key, each.port, each.protocol, each.check) for each in twice}) == 1
    assert len({each.output for each in twice}) == 2


def test_a_host_listed_twice_has_two_keys_and_one_name():
    named = [each for each in sample(HostSeen) if each.name == "mur-scada-01.almena.example"]
    assert [each.key for each in named] == ["mur-scada-01.almena.example", "mur-scada-01.almena.example#2"]
    assert "A host is listed more than once; each time is kept." in examine(SAMPLES / "small.nessus").warnings


def test_a_key_is_never_given_twice_even_to_a_host_named_like_one():
    body = report(*(host(item(), name=name) for name in ("a", "a#2", "a", "a")))
    assert [each.key for each in records(body, HostSeen)] == ["a", "a#2", "a#3", "a#4"]


def test_port_zero_is_the_whole_host_and_a_real_value():
    assert only_weakness(port="0", svc_name="general").port == 0
    assert examine(stream(report(host(item(port="0"), item(port="00"))))).counts["port0_items"] == 1


def test_an_ipv6_only_host_is_known_by_its_address():
    assert [(each.kind, each.value) for each in sample(HostSeen)[1].identifiers] == [("ipv6", "2001:db8::17")]


def test_a_host_without_properties_is_known_by_its_name():
    seen = sample(HostSeen)[2]
    assert [(each.kind, each.value) for each in seen.identifiers] == [("ipv4", "192.0.2.77")]
    assert (seen.started, seen.credentialed) == (None, None)


def test_a_host_without_a_name_still_keeps_its_items():
    body = report(f"<ReportHost><HostProperties>{tag('host-ip', '192.0.2.4')}</HostProperties>{item()}</ReportHost>")
    (seen,) = records(body, HostSeen)
    assert seen.name == "(no name, line 3)"
    assert seen.identifiers[0].value == "192.0.2.4"
    assert len(records(body, Weakness)) == 1


def test_a_host_without_items_is_still_seen():
    body = report(host(), '<ReportHost name="192.0.2.5"/>')
    assert [type(each) for each in read(stream(body))] == [Scan, HostSeen, HostDone, HostSeen, HostDone]


def test_properties_after_the_items_still_come_first():
    known = f"<HostProperties>{tag('host-ip', '192.0.2.4')}</HostProperties>"
    body = report(host(item(), item(port="bad"), known))
    kinds = [type(each) for each in read(stream(body))]
    assert kinds == [Scan, HostSeen, Weakness, Quarantined, HostDone]
    assert "192.0.2.4" in {each.value for each in records(body, HostSeen)[0].identifiers}


def test_times_are_taken_from_the_seconds_where_given():
    seen = sample(HostSeen)[0]
    assert seen.started == datetime(2026, 10, 27, 12, 30, tzinfo=UTC)
    assert seen.ended == datetime(2026, 10, 27, 13, 0, tzinfo=UTC)


def test_times_without_a_zone_are_taken_as_utc_with_a_notice():
    body = report(host(item(), properties=tag("HOST_START", "Tue Oct  6 09:05:01 2026")))
    assert records(body, HostSeen)[0].started == datetime(2026, 10, 6, 9, 5, 1, tzinfo=UTC)
    assert any("no time zone" in text for text in notices(body))


@pytest.mark.parametrize("text", ["yesterday", "Tue Foo  6 09:05:01 2026", "Tue Oct 36 09:05:01 2026", "2026-10-06"])
def test_a_time_that_is_none_is_left_out_with_a_notice(text):
    body = report(host(item(), properties=tag("HOST_START", text)))
    assert records(body, HostSeen)[0].started is None
    assert any("time cannot be read" in text for text in notices(body))


def test_the_checks_a_scan_ran_are_known_and_shared_by_its_hosts():
    first, second = sample(HostSeen)[:2]
    assert first.checks_run == frozenset({"19506", "10863", "57608", "156032", "10114", "999001"})
    assert second.checks_run is first.checks_run


def test_a_file_that_lists_no_checks_leaves_them_unknown():
    assert records(report(host(item())), HostSeen)[0].checks_run is None


def test_a_long_list_of_checks_is_read_whole_and_one_too_long_not_at_all():
    listed = ";".join(str(number) for number in range(100_000, 120_000))
    setting = f"<preference><name>plugin_set</name><value>{listed}</value></preference>"
    body = report(host(item()), before=setting)
    ran = records(body, HostSeen)[0].checks_run
    assert ran is not None
    assert len(ran) == 20_000
    assert records(body, HostSeen, Limits(long_field_chars=1000))[0].checks_run is None


@pytest.mark.parametrize(("said", "known"), [("true", True), ("false", False), ("", None)])
def test_whether_a_scan_had_credentials_is_read_from_the_host(said, known):
    properties = tag("host-ip", "192.0.2.4") + (tag("Credentialed_Scan", said) if said else "")
    body = report(host(item(), properties=properties))
    assert records(body, HostSeen)[0].credentialed is known
    assert records(body, HostDone)[0].credentialed is known


@pytest.mark.parametrize(("said", "known"), [("yes, as 'root' via ssh", True), ("no", False)])
def test_whether_a_scan_had_credentials_is_else_read_from_its_own_report(said, known):
    about = item(f"<plugin_output>Credentialed checks : {said}\n</plugin_output>", pluginID="19506", port="0")
    body = report(host(about))
    assert records(body, HostSeen)[0].credentialed is None
    assert records(body, HostDone)[0].credentialed is known


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"severity": "urgent"}, "severity is “urgent”"),
        ({"severity": "5"}, "severity is “5”"),
        ({"severity": "-1"}, "severity"),
        ({"severity": None}, "severity is missing"),
        ({"port": "70000"}, "port is “70000”"),
        ({"port": "-1"}, "port"),
        ({"port": "٤٤٣"}, "port"),
        ({"port": None}, "port is missing"),
        ({"protocol": None}, "protocol is missing"),
        ({"pluginID": None}, "pluginID) is missing"),
        ({"pluginID": "DROP TABLE"}, "pluginID) is “DROP TABLE”"),
    ],
)
def test_an_item_that_makes_no_sense_is_set_aside_and_the_rest_read(attributes, reason):
    body = report(host(item(), item(**attributes), item(port="8443")))
    (bad,) = records(body, Quarantined)
    assert reason in bad.reason
    assert (bad.place, bad.host_key) == ("line 5", "gate-07.almena.example")
    assert len(records(body, Weakness)) == 2
    assert records(body, HostDone)[0].complete is False


def test_an_item_outside_any_host_is_set_aside():
    (bad,) = records(report(item()), Quarantined)
    assert "belongs to no host" in bad.reason


def test_items_under_a_host_whose_tag_is_damaged_go_to_no_other_host():
    body = report(host(item(), name="a"), host(item(), name="b")).replace(
        b'<ReportHost name="b">', b'<ReportHost name="b>'
    )
    assert [each.host_key for each in records(body, Weakness)] == ["a"]
    assert len(records(body, Quarantined)) == 1
    assert examine(stream(body)).counts["hosts"] == 2


def test_a_host_whose_end_is_missing_ends_where_the_next_begins():
    body = report(host(item(), name="a"), host(item(), name="b")).replace(b"</ReportHost>", b"", 1)
    assert [each.host_key for each in records(body, Weakness)] == ["a", "b"]
    assert [(each.key, each.complete) for each in records(body, HostDone)] == [("a", False), ("b", True)]


def test_broken_properties_leave_the_host_its_name_and_make_it_incomplete():
    body = report(host(item(), properties="<tag name='host-ip'>192.0.2.4</gat>"))
    assert records(body, HostSeen)[0].identifiers[0].value == "gate-07.almena.example"
    assert records(body, HostDone)[0].complete is False


def test_a_vector_that_does_not_parse_leaves_the_printed_score():
    body = "<cvss3_vector>CVSS:3.1/AV:N/AC:SIDEWAYS</cvss3_vector><cvss3_base_score>6.5</cvss3_base_score>"
    assert only_weakness(body).cvss == (Cvss("3", "", 6.5, "nessus"),)
    assert any("does not parse" in text for text in notices(report(host(item(body)))))


def test_a_score_that_contradicts_its_vector_gives_way():
    body = (
        "<cvss3_vector>CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</cvss3_vector>"
        "<cvss3_base_score>1.0</cvss3_base_score>"
    )
    assert only_weakness(body).cvss[0].score == 9.8
    assert any("differs from its vector" in text for text in notices(report(host(item(body)))))


@pytest.mark.parametrize("score", ["11", "-1", "nan", "high"])
def test_a_score_that_is_none_is_left_out(score):
    assert only_weakness(f"<cvss_base_score>{score}</cvss_base_score>").cvss == ()


@pytest.mark.parametrize(("said", "known"), [("true", True), ("false", False), ("", None), ("perhaps", None)])
def test_an_exploit_is_known_unknown_or_ruled_out(said, known):
    assert only_weakness(f"<exploit_available>{said}</exploit_available>").exploit_available is known


def test_a_field_over_the_cap_is_cut_and_counted():
    body = report(host(item(f"<plugin_output>{'x' * 70_000}</plugin_output>")))
    (found,) = records(body, Weakness)
    assert len(found.output) == 65_536
    assert "A field longer than 65,536 characters was cut." in notices(body)


def test_an_output_of_twelve_megabytes_is_cut_and_not_lost():
    found = only_weakness(f"<plugin_output>{'x' * 12_000_000}</plugin_output>")
    assert len(found.output) == 65_536


def test_markup_within_a_text_is_read_as_its_words():
    assert only_weakness("<synopsis>A <b>bold</b> claim</synopsis>").description == "A bold claim"


def test_a_wrong_byte_and_a_control_character_cost_a_notice_not_the_file():
    body = report(host(item("<synopsis>se\x7fal&#x1;</synopsis>"))).replace(b"\x7f", b"\xf1")
    assert records(body, Weakness)[0].description == "señal"
    assert len(notices(body)) == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-le"])
def test_other_unicode_encodings_read_alike(encoding):
    plain = (SAMPLES / "small.nessus").read_text(encoding="utf-8")
    assert examine(stream(plain.encode(encoding))).counts == examine(SAMPLES / "small.nessus").counts


def test_the_broken_sample_keeps_what_is_sound():
    reading = examine(SAMPLES / "broken.nessus")
    assert reading.counts["report_items"] == 10
    assert reading.counts["weaknesses"] == 4
    assert [bad.place for bad in reading.quarantined] == [f"line {line}" for line in (14, 15, 16, 20, 23, 25)]


def test_the_hostile_sample_is_refused_whole():
    with pytest.raises(EntitiesRefused, match="Export the report again"):
        examine(SAMPLES / "hostile.nessus")


def test_an_outside_document_type_is_neither_fetched_nor_an_obstacle():
    body = report(host(item()), prolog='<!DOCTYPE NessusClientData_v2 SYSTEM "http://198.51.100.7/x.dtd">')
    assert len(records(body, Weakness)) == 1


def test_an_outside_entity_stays_the_text_it_is():
    assert only_weakness("<synopsis>&xxe;</synopsis>").description == "&xxe;"


def test_a_deeply_nested_item_is_set_aside():
    body = report(host(item("<d>" * 3000 + "</d>" * 3000), item()))
    assert Counter(type(each) for each in read(stream(body)))[Weakness] == 1
    assert len(records(body, Quarantined)) == 1


def test_version_1_is_refused_with_advice():
    with pytest.raises(UnknownFormat, match="export it again as version 2"):
        examine(stream(b"<NessusClientData><Report/></NessusClientData>"))


def test_the_record_cap_stops_an_endless_file():
    with pytest.raises(TooManyRecords, match="more than 5 records"):
        list(read(stream(report(host(*[item()] * 10))), Limits(records=5)))


@pytest.mark.parametrize("keep", [0.95, 0.6, 0.4])
def test_a_cut_file_keeps_whole_hosts_and_the_items_before_the_cut(keep):
    whole = report(*(host(item(), item(port="0"), item(port="22"), name=f"192.0.2.{n}") for n in range(1, 9)))
    body = whole[: int(len(whole) * keep)]
    done = records(body, HostDone)
    reading = examine(stream(body))
    assert 2 <= len(done) < 9
    assert [each.complete for each in done[:-1]] == [True] * (len(done) - 1)
    assert sum(each.weaknesses for each in done) == reading.counts["weaknesses"] == reading.counts["report_items"]
    assert any("ends early" in text for text in reading.warnings)


def test_a_host_cut_within_an_item_is_incomplete():
    body = report(host(item(), item(port="22")))
    cut = body[: body.rindex(b"pluginID")]
    (done,) = records(cut, HostDone)
    assert (done.complete, done.weaknesses) == (False, 1)
    assert any("in the middle of an item" in text for text in notices(cut))
