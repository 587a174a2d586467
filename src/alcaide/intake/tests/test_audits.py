"""Audits of settings in Nessus reports, and other shapes that the format allows."""

import pytest

from alcaide.intake.records import HostDone, HostSeen, Weakness
from alcaide.intake.tests.foreign import found, look
from alcaide.intake.tests.nessus_text import host, item, report, tag

AUDIT = {"port": "0", "pluginID": "21157", "pluginFamily": "Policy Compliance"}


def setting(number, result, severity="3", **fields):
    said = {"compliance-check-id": number, "compliance-check-name": f"{number} name", "compliance-result": result}
    body = "".join(f"<cm:{name}>{text}</cm:{name}>" for name, text in (said | fields).items())
    return item(body, severity=severity, **AUDIT)


def audit(*settings):
    content = report(host(*settings))
    return content.replace(b'<Report name="r">', b'<Report name="r" xmlns:cm="http://www.nessus.org/cm">')


def test_each_setting_of_an_audit_is_a_weakness_of_its_own():
    content = audit(setting("1.1", "FAILED"), setting("1.2", "WARNING", "2"))
    assert [(each.check, each.location, each.name, each.severity) for each in found(content, Weakness)] == [
        ("21157", "1.1", "1.1 name", 3),
        ("21157", "1.2", "1.2 name", 2),
    ]
    assert look(content).counts["distinct_host_port_proto_plugin"] == 1


def test_a_setting_in_order_is_information_at_another_place_whatever_its_number():
    (one,) = found(audit(setting("1.1", "PASSED", "1")), Weakness)
    assert (one.location, one.severity) == ("passed 1.1", 0)


def test_a_setting_says_what_was_found_and_wanted():
    values = {"compliance-actual-value": "0 &lt; 24", "compliance-policy-value": "24", "compliance-solution": "Set it."}
    (one,) = found(audit(setting("1.1", "FAILED", **values)), Weakness)
    assert (one.output, one.solution) == ("Found: 0 < 24\nWanted: 24", "Set it.")


def test_a_prefix_that_nobody_declared_costs_no_setting():
    reading = look(report(host(setting("1.1", "FAILED"), setting("1.2", "FAILED"))))
    assert (reading.counts["weaknesses"], reading.counts["quarantined"]) == (2, 0)


def test_an_old_audit_says_its_settings_in_the_description():
    texts = ('"2.5 Log" : [FAILED]\n\nNot set.', '"2.6 Mail" : [PASSED]', "something else")
    items = [item(f"<description>{text.replace(chr(34), '&quot;')}</description>", **AUDIT) for text in texts]
    places = [(each.location, each.severity) for each in found(report(host(*items)), Weakness)]
    assert places == [("2.5 Log", 2), ("passed 2.6 Mail", 0), ("", 2)]


def test_attachments_and_markup_in_an_output_add_no_item():
    body = '<attachment name="a" type="text/html">PGI+</attachment><plugin_output><![CDATA[<ReportItem port="1">]]>'
    counts = look(report(host(item(f"{body}</plugin_output>"), item(port="0")))).counts
    assert (counts["report_items"], counts["weaknesses"], counts["port0_items"]) == (2, 2, 1)


def test_two_reports_in_one_file_are_both_read():
    second = f'</Report><Report name="again">{host(item(pluginID="1"), name="other")}</Report>'.encode()
    content = report(host(item())).replace(b"</Report>", second)
    assert [each.name for each in found(content, HostSeen)] == ["gate-07.almena.example", "other"]
    assert all(each.complete for each in found(content, HostDone))


@pytest.mark.parametrize("credentials", ["true", "false"])
def test_one_name_scanned_twice_keeps_how_each_was_looked_at(credentials):
    properties = tag("Credentialed_Scan", credentials)
    done = found(report(host(item(), properties=properties), host(item())), HostDone)
    assert [each.credentialed for each in done] == [credentials == "true", None]
