import pytest

from alcaide.intake.identifiers import identify, identify_address, identify_name


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("mac", "00-50-56-AB-CD-01", "00:50:56:ab:cd:01"),
        ("mac", "0050.56ab.cd01", "00:50:56:ab:cd:01"),
        ("ipv6", "2001:0DB8:0000::17", "2001:db8::17"),
        ("ipv4", " 192.0.2.10 ", "192.0.2.10"),
        ("fqdn", "Mur-SCADA-01.Almena.example.", "mur-scada-01.almena.example"),
        ("hostname", "MUR-SCADA-01.almena.example", "mur-scada-01"),
        ("netbios", "ALMENA\\MUR-SCADA-01", "mur-scada-01"),
        ("bios-uuid", "4C4C454400423510 8051B4C04F4E4D32".replace(" ", ""), "4c4c4544-0042-3510-8051-b4c04f4e4d32"),
        ("agent", "7F3A1C52A0B14E64A0F5D1F3A5B7C9DE", "7f3a1c52-a0b1-4e64-a0f5-d1f3a5b7c9de"),
        ("cloud", "i-0ABC1234def567890", "i-0abc1234def567890"),
        ("image-name", "redis:7.2", "docker.io/library/redis"),
        ("image-name", "almena/historian@sha256:" + "a" * 64, "docker.io/almena/historian"),
        ("image-name", "registry.almena.example:5000/plant/gate:1.4", "registry.almena.example:5000/plant/gate"),
        ("repository", "git@github.com:Almena/plant.git", "github.com/almena/plant"),
        ("repository", "https://user:word@github.com/almena/plant/", "github.com/almena/plant"),
        ("project", "Almena Historian", "almena historian"),
        ("cluster", "plant/default/Deployment/gate", "plant/default/deployment/gate"),
    ],
)
def test_equal_things_get_one_form(kind, raw, value):
    found = identify(kind, raw)
    assert found is not None
    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("mac", "00:00:00:00:00:00"),
        ("mac", "ff:ff:ff:ff:ff:ff"),
        ("mac", "01:00:5e:00:00:fb"),
        ("mac", "00:00:5e:00:01:0a"),
        ("mac", "02:42:ac:11:00:02"),
        ("mac", "not-a-mac"),
        ("ipv4", "127.0.0.1"),
        ("ipv4", "0.0.0.0"),  # noqa: S104 - an address nobody may be known by, not one to listen on
        ("ipv4", "169.254.3.4"),
        ("ipv4", "192.0.2.999"),
        ("ipv6", "::1"),
        ("ipv6", "fe80::1%eth0"),
        ("fqdn", "localhost.localdomain"),
        ("fqdn", "bare"),
        ("fqdn", "has space.example"),
        ("fqdn", "a." * 130 + "example"),
        ("hostname", "localhost"),
        ("bios-uuid", "00000000-0000-0000-0000-000000000000"),
        ("bios-uuid", "03000200-0400-0500-0006-000700080009"),
        ("serial", "To be filled by O.E.M."),
        ("serial", "none"),
        ("serial", "0000000"),
        ("agent", "00000000000000000000000000000000"),
        ("repository", "."),
        ("repository", "./plant"),
        ("image-name", ":latest"),
        ("project", "."),
    ],
)
def test_what_many_hosts_share_is_no_identity(kind, raw):
    assert identify(kind, raw) is None


def test_an_address_written_as_ipv6_around_ipv4_is_the_ipv4_address():
    found = identify_address("::ffff:192.0.2.10")
    assert found is not None
    assert (found.kind, found.value) == ("ipv4", "192.0.2.10")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [("192.0.2.10", "ipv4"), ("2001:db8::1", "ipv6"), ("gate-07.almena.example", "fqdn"), ("GATE-07", "hostname")],
)
def test_a_name_tells_what_it_is(raw, kind):
    found = identify_name(raw)
    assert found is not None
    assert found.kind == kind
