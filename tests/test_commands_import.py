"""`alcaide import` and `alcaide read`, as a person types them."""

import argparse
import json

import pytest

from alcaide.exposure.models import Finding, Report
from alcaide.exposure.tests.samples import Host, Item, epss, kev, nessus
from alcaide.organization.tests.factories import make_organization, make_unit
from alcaide.project.commands.base import Stop
from alcaide.project.commands.importing import IMPORT
from alcaide.project.commands.reading import READ
from alcaide.threats.queries import editions

SCAN = nessus(Host(items=[Item("100", cves=("CVE-2024-0001",)), Item("101", severity=0)]))


def typed(command, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return command.run(parser.parse_args(words))


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "scan.nessus"
    path.write_bytes(SCAN)
    return path


def test_read_tells_in_words_what_a_file_holds(scan, capsys) -> None:
    assert typed(READ, str(scan)) == 0
    told = capsys.readouterr().out
    assert "a Nessus report" in told
    assert "2  report items" in told


def test_read_gives_one_json_object(scan, capsys) -> None:
    assert typed(READ, str(scan), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["format"], found["counts"]["hosts"], found["quarantined"]) == ("nessus", 1, [])


@pytest.mark.parametrize("content", [b"", b"nothing that anybody knows"])
def test_read_stops_with_what_to_do(tmp_path, content) -> None:
    path = tmp_path / "what.txt"
    path.write_bytes(content)
    with pytest.raises(Stop):
        typed(READ, str(path))


@pytest.mark.django_db
def test_import_takes_reports_and_feeds_in_order_and_tells_of_each(scan, tmp_path, capsys) -> None:
    make_organization()
    feeds = {"kev.json": kev(("CVE-2024-0001", "2026-11-01")), "epss.csv": epss(("CVE-2024-0001", 0.1))}
    for name, content in feeds.items():
        (tmp_path / name).write_bytes(content)
    assert typed(IMPORT, str(scan), *(str(tmp_path / name) for name in feeds)) == 0
    told = capsys.readouterr().out
    assert "scan.nessus: 2 records: 1 new, 1 information" in told
    assert all(each.is_loaded for each in editions())
    assert Finding.objects.get().exploited_since is not None


@pytest.mark.django_db
def test_import_names_unit_and_zone(scan) -> None:
    unit = make_unit("Murcia plant")
    assert typed(IMPORT, str(scan), "--unit", "murcia plant", "--zone", "OT") == 0
    report = Report.objects.get()
    assert (report.unit, report.zone) == (unit, "ot")


@pytest.mark.django_db
def test_a_unit_that_does_not_exist_stops_with_those_that_do(scan) -> None:
    make_unit("Murcia plant")
    with pytest.raises(Stop, match="Murcia plant"):
        typed(IMPORT, str(scan), "--unit", "Atlantis")


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_does_not_keep_the_next_from_coming_in(scan, tmp_path, capsys) -> None:
    make_organization()
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.7")
    assert typed(IMPORT, str(bad), str(tmp_path / "gone.nessus"), str(scan)) == 1
    told = capsys.readouterr()
    assert "PDF document" in told.err
    assert "gone.nessus" in told.err
    assert Finding.objects.count() == 1


@pytest.mark.django_db
def test_an_installation_without_an_organization_stops_in_words(scan) -> None:
    with pytest.raises(Stop, match="no unit yet"):
        typed(IMPORT, str(scan))
