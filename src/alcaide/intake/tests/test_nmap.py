from alcaide.intake import examine
from alcaide.intake.records import HostDone, HostSeen, ServiceSeen, Weakness
from alcaide.intake.tests import SAMPLES
from alcaide.intake.tests.foreign import found, look

SMALL = (SAMPLES / "small_nmap.xml").read_bytes()
PORT = '<port protocol="tcp" portid="{}"><state state="open"/></port>'


def report(*hosts: str) -> bytes:
    return f'<nmaprun scanner="nmap" version="7.95">{"".join(hosts)}<runstats/></nmaprun>'.encode()


def host(inner: str = '<address addr="192.0.2.9" addrtype="ipv4"/>', *ports: object) -> str:
    listed = "".join(PORT.format(port) for port in ports)
    return f'<host><status state="up"/>{inner}<ports>{listed}</ports></host>'


def test_the_sample_counts_what_it_holds():
    assert examine(SAMPLES / "small_nmap.xml").counts == {
        "hosts": 3, "hosts_up": 2, "ports_open": 3, "scripts": 2, "distinct_cves": 2, "ports_listed": 4,
        "services": 3, "quarantined": 0,
    }  # fmt: skip


def test_an_open_port_is_a_service_never_a_weakness():
    ssh = found(SMALL, ServiceSeen)[0]
    assert (ssh.port, ssh.protocol, ssh.service, ssh.product, ssh.version) == (22, "tcp", "ssh", "OpenSSH", "9.6")
    assert ssh.cpes == ("cpe:/a:openbsd:openssh:9.6",)
    assert found(SMALL, ServiceSeen)[1].service == "ssl/http"
    assert not found(SMALL, Weakness)


def test_a_host_is_known_by_what_it_has_and_reverse_names_are_left_out():
    gate, six = found(SMALL, HostSeen)
    assert [(each.kind, each.value) for each in gate.identifiers] == [
        ("mac", "00:50:56:ab:cd:03"),
        ("fqdn", "gate-03.almena.example"),
        ("ipv4", "192.0.2.3"),
    ]
    assert (gate.name, gate.os) == ("gate-03.almena.example", "Linux 5.4")
    assert [(each.kind, each.value) for each in six.identifiers] == [("ipv6", "2001:db8::17")]


def test_a_file_cut_short_keeps_the_hosts_before():
    cut = report(host("<address addr='192.0.2.1' addrtype='ipv4'/>", 22), host("<address addr='192.0.2.2'/>", 80))
    reading = look(cut[: cut.index(b"192.0.2.2")])
    assert (reading.counts["hosts"], reading.counts["ports_open"]) == (1, 1)
    assert any("ends early" in text for text in reading.warnings)


def test_a_bad_port_is_set_aside_and_the_host_not_whole():
    content = report(host('<address addr="192.0.2.9" addrtype="ipv4"/>', 22, 99999, "x"))
    assert look(content).counts["quarantined"] == 2
    assert not found(content, HostDone)[0].complete


def test_a_host_without_address_is_set_aside():
    assert look(report(host(""))).counts == look(report(host("<hostnames/>"))).counts
    assert look(report(host(""))).counts["quarantined"] == 1


def test_bad_bytes_and_control_characters_cost_a_notice():
    content = report(host('<address addr="192.0.2.9"/><hostnames><hostname name="a&#x1;b" type="user"/></hostnames>'))
    assert found(content, HostSeen)[0].name == "ab"
    assert look(content.replace(b"7.95", b"7.9\xe9")).counts["hosts"] == 1


def test_a_host_listed_twice_has_two_keys():
    assert [each.key for each in found(report(host(), host()), HostSeen)] == ["192.0.2.9", "192.0.2.9#2"]
