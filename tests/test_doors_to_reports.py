"""A report comes in by the page, by the command or by a service: what is counted is the same."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from alcaide.common.jobs import Progress
from alcaide.exposure import services
from alcaide.exposure.jobs import read_report
from alcaide.exposure.models import Finding, Report
from alcaide.exposure.tests.samples import Host, Item, nessus, stored
from alcaide.exposure.tests.samples_packages import Flaw, trivy
from alcaide.organization.models import Unit
from alcaide.organization.tests.factories import HOUSE, make_organization, make_user
from alcaide.project.commands import importing

REPORTS = {
    "hosts": nessus(Host("srv-1.almena.example", [Item("1", severity=3), Item("1", severity=3), Item("2")])),
    "packages": trivy(
        Flaw(), Flaw(cve="CVE-2024-1001"), suppressed=[Flaw(cve="CVE-2024-1002")], secrets=["app/.env"]
    ),
}  # fmt: skip


def by_page(content: bytes, unit: Unit, *, client: Client, folder: Path) -> None:
    client.force_login(make_user("chief"))
    client.post(reverse("report-new"), {"file": SimpleUploadedFile("scan", content), "unit": unit.pk})
    read_report(Progress(), report=str(Report.objects.get().uid))


def by_command(content: bytes, unit: Unit, *, client: Client, folder: Path) -> None:
    path = folder / "scan"
    path.write_bytes(content)
    assert importing._bring_in(path, unit, zone="", again=False)


def by_service(content: bytes, unit: Unit, *, client: Client, folder: Path) -> None:
    services.take_in(HOUSE, file=stored(content), unit=unit)


@pytest.mark.django_db
@pytest.mark.parametrize("content", REPORTS.values(), ids=REPORTS.keys())
def test_page_command_and_service_count_alike(client, content, tmp_path):
    unit = make_organization()
    told = []
    for door in (by_page, by_command, by_service):
        with transaction.atomic():
            door(content, unit, client=client, folder=tmp_path)
            report = Report.objects.get()
            told.append((report.state, report.counts, report.kinds, report.notices, Finding.objects.count()))
            transaction.set_rollback(True)
    assert told[0] == told[1] == told[2]
    assert told[0][0] == "done"
    assert told[0][1]["new"] >= 2
