"""Words in the list of open ports: the same rows as a look at every port."""

import pytest
from django.utils import timezone

from alcaide.assets.tests.factories import make_asset
from alcaide.common import search
from alcaide.exposure.models import OpenPort
from alcaide.exposure.queries import ports
from alcaide.organization.tests.factories import make_organization

from .samples import MONDAY
from .samples_packages import nmap
from .test_packages import bring

pytestmark = pytest.mark.django_db
ANSWERS = [("ssh", "OpenSSH"), ("http", "nginx"), ("https", "nginx"), ("http", "Apache httpd"), ("", ""), ("smtp", "")]


@pytest.fixture
def estate() -> list[OpenPort]:
    report = bring(nmap(80))
    OpenPort.objects.all().delete()
    unit = make_organization()
    hosts = [make_asset(name, unit=unit) for name in ("srv-1 murcia", "srv-2", "ssh-jump", "app-1")]
    return OpenPort.objects.bulk_create(
        OpenPort(
            asset=host, port=20 + n, protocol="tcp", service=service, product=product, first_seen_at=MONDAY,
            last_seen_at=timezone.now(), first_report=report, last_report=report,
        )
        for host in hosts
        for n, (service, product) in enumerate(ANSWERS)
    )  # fmt: skip


@pytest.mark.parametrize("common", [3_000, 1])
@pytest.mark.parametrize("many", [2_000, 2])
@pytest.mark.parametrize(
    "text", ["ssh", "SSH", "ht", "nginx", "apache h", "srv", "murcia", "srv-2", "zzzz", "22", "?!"]
)
def test_words_find_the_ports_that_a_look_at_each_finds(estate, monkeypatch, text, many, common) -> None:
    monkeypatch.setattr(ports, "MOST_ANSWERS", many)
    monkeypatch.setattr(search, "COMMON", common)
    *whole, begun = search.fold(text) or [""]

    def fits(port: OpenPort) -> bool:
        words = search.fold(port.asset.name)
        is_of_asset = bool(begun) and set(whole) <= set(words) and any(word.startswith(begun) for word in words)
        return is_of_asset or text.lower() in port.service.lower() or text.lower() in port.product.lower()

    expected = {port.pk for port in estate if (port.port == 22 if text == "22" else fits(port))}
    assert set(OpenPort.objects.filter(ports.on_port(text)).values_list("pk", flat=True)) == expected
