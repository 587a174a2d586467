"""Open ports: seen, seen again, gone."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from alcaide.exposure import pieces
from alcaide.exposure.models import Finding, OpenPort
from alcaide.organization.tests.factories import make_organization, make_unit, make_user

from .samples import MONDAY
from .samples_packages import nmap
from .test_packages import bring

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


def test_an_open_port_is_no_finding():
    report = bring(nmap(80, 443))
    assert (report.counts["ports"], report.counts["ports_new"], report.counts["new"]) == (2, 2, 0)
    assert not Finding.objects.exists()
    port = OpenPort.objects.get(port=443)
    assert (port.protocol, port.service, port.product, port.version) == ("tcp", "http", "nginx", "1.2")


def test_a_port_seen_again_keeps_when_it_was_first_seen():
    bring(nmap(443))
    bring(nmap(443, at=TUESDAY, product="caddy"))
    port = OpenPort.objects.get()
    assert (port.product, port.first_seen_at.date(), port.last_seen_at.date()) == (
        "caddy", MONDAY.date(), TUESDAY.date()
    )  # fmt: skip


def test_a_port_closes_when_the_same_scan_no_longer_sees_it():
    bring(nmap(80, 443))
    report = bring(nmap(443, at=TUESDAY, args="nmap -sV -p- 10.0.0.4 -oX tuesday.xml"))
    assert report.counts["ports_closed"] == 1
    assert [port.port for port in OpenPort.objects.filter(closed_at__isnull=True)] == [443]


def test_a_scan_of_other_ports_closes_none():
    bring(nmap(80, 443))
    assert bring(nmap(443, at=TUESDAY, args="nmap -p 443 10.0.0.4")).counts["ports_closed"] == 0


def test_a_port_that_answers_again_is_open_again():
    bring(nmap(80, 443))
    bring(nmap(443, at=TUESDAY))
    report = bring(nmap(80, 443, at=TUESDAY + timedelta(days=1)))
    assert report.counts["ports_back"] == 1
    assert OpenPort.objects.filter(closed_at__isnull=True).count() == 2


def test_an_older_scan_changes_nothing_that_is_known():
    unit = make_organization()
    bring(nmap(443, at=TUESDAY, product="caddy"), unit=unit)
    bring(nmap(443), unit=unit)
    assert OpenPort.objects.get().product == "caddy"


def test_the_list_and_the_asset_name_what_answers(client):
    bring(nmap(80, 443))
    chief = make_user("chief")
    client.force_login(chief)
    assert "2 ports stand open." in client.get(reverse("ports")).content.decode()
    (piece,) = pieces.ports(OpenPort.objects.first().asset, chief)
    assert "nginx 1.2" in render_to_string(piece.template, {"about": piece.about})


def test_a_head_of_another_unit_sees_no_port_of_ours(client):
    bring(nmap(80))
    client.force_login(make_user("head", unit=make_unit()))
    page = client.get(reverse("ports")).content.decode()
    assert "nginx" not in page


def test_a_list_of_ports_costs_twelve_queries_however_many(client, django_assert_max_num_queries):
    bring(nmap(*range(1, 120)))
    client.force_login(make_user("chief"))
    client.get(reverse("ports"))
    with django_assert_max_num_queries(13):
        client.get(reverse("ports"))


def test_a_port_that_says_the_same_is_only_seen_later():
    first = bring(nmap(80, 443))
    second = bring(nmap(80, 443, at=TUESDAY))
    assert (second.counts["ports"], second.counts["ports_new"], second.counts["ports_back"]) == (2, 0, 0)
    for port in OpenPort.objects.all():
        assert (port.last_seen_at.date(), port.last_report_id) == (TUESDAY.date(), second.pk)
        assert (port.first_report_id, port.cpes, port.closed_at) == (first.pk, ["cpe:/a:nginx:nginx"], None)
