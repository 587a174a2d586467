"""Words in the list of open ports: the same rows as a look at every port."""

import pytest
from django.http import QueryDict
from django.utils import timezone

from alcaide.assets.tests.factories import make_asset
from alcaide.common import search
from alcaide.common.lists import page_of, walking
from alcaide.common.lists.asked import Asked
from alcaide.exposure.models import OpenPort
from alcaide.exposure.queries import ports
from alcaide.exposure.tables_ports import PORTS
from alcaide.organization.tests.factories import make_organization, make_user

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


@pytest.mark.parametrize("caps", [(3_000, 20_000, 1_500), (1, 20_000, 1_500), (1, 20_000, 2)])
@pytest.mark.parametrize("many", [2_000, 2])
@pytest.mark.parametrize(
    "text", ["ssh", "SSH", "ht", "nginx", "apache h", "srv", "murcia", "srv-2", "zzzz", "22", "?!"]
)
def test_words_find_the_ports_that_a_look_at_each_finds(estate, monkeypatch, text, many, caps) -> None:
    monkeypatch.setattr(ports, "MOST_ANSWERS", many)
    for (where, name), cap in zip(
        [(search, "COMMON"), (search, "MOST_SORTED"), (walking, "FARTHEST")], caps, strict=True
    ):
        monkeypatch.setattr(where, name, cap)
    *whole, begun = search.fold(text) or [""]

    def fits(port: OpenPort) -> bool:
        words = search.fold(port.asset.name)
        is_of_asset = bool(begun) and set(whole) <= set(words) and any(word.startswith(begun) for word in words)
        return is_of_asset or text.lower() in port.service.lower() or text.lower() in port.product.lower()

    expected = {port.pk for port in estate if (port.port == 22 if text == "22" else fits(port))}
    asked, user = QueryDict(f"text={text}"), make_user()
    assert {port.pk for port in Asked(PORTS, user, asked).narrow(PORTS.visible(user))} == expected
    shown = page_of(PORTS, user, asked, path="/ports/")
    assert {row.item.pk for row in shown.rows} == expected
    assert shown.total.shown == len(expected) if not shown.total.capped else shown.total.shown < len(expected)
