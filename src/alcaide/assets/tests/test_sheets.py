"""Assets, needs and information from sheets: tried, imported, undone."""

import io
from typing import Any

import pytest
from django.urls import reverse

from alcaide.assets import services as assets
from alcaide.assets.models import Asset, Dependency, HeldClass
from alcaide.assets.sheets import ASSETS, CLASSES, IDENTIFIERS, NEEDS
from alcaide.common import files
from alcaide.common.models import SheetImport, TrailLine
from alcaide.common.permissions import Refused
from alcaide.common.registries import everything_due
from alcaide.common.sheets import Sheet, jobs, services, undoing
from alcaide.organization import services as people
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit, make_user

from .factories import make_asset, make_place

pytestmark = pytest.mark.django_db

HEAD = "Name;Unit;Kind;Owner;Stands in;Can be reached\n"


def tried(sheet: Sheet, text: str, actor: Any) -> SheetImport:
    file = files.store(io.BytesIO(text.encode()), "rows.csv", actor=actor, cap_bytes=1 << 20)
    found = services.bring_in(actor, sheet, file=file, name="rows.csv")
    return services.match(actor, found, columns=found.columns, styles={})


def imported(sheet: Sheet, text: str, actor: Any) -> SheetImport:
    return jobs.at_once(services.run, actor, services.ask_import(actor, tried(sheet, text, actor)))


@pytest.fixture
def chief() -> Any:
    make_organization()
    return make_user("chief")


def test_assets_are_added_and_changed_with_what_the_file_says(chief: Any) -> None:
    place, owner, held = make_place("Server room"), make_person("Ana Gil"), make_asset("Portal", note="kept")
    text = f"{HEAD}portal;Almena Foods;;{owner.email};Server room;From the internet\nStock;Almena Foods;Goods;;;\n"
    done = imported(ASSETS, text, chief)
    assert {key: done.counts[key] for key in ("added", "changed", "refused")} == {
        "added": 1, "changed": 1, "refused": 0,
    }  # fmt: skip
    portal = Asset.of(held.uid)
    assert (portal.name, portal.owner, portal.place, portal.note) == ("Portal", owner, place, "kept")
    assert portal.reached_from == "internet"
    assert Asset.objects.get(name="Stock").kind == "goods"


def test_markup_formulas_and_what_stands_nowhere_are_refused_or_kept_as_text(chief: Any) -> None:
    rows = (
        "<script>alert(1)</script>;Almena Foods;Host;;;\nx;Nowhere;Host;;;\n"
        "y;Almena Foods;Spaceship;;;\nz;Almena Foods;;;;\n"
    )
    done = imported(ASSETS, HEAD + rows, chief)
    assert (done.counts["added"], done.counts["refused"]) == (1, 3)
    assert Asset.objects.get().name == "<script>alert(1)</script>"


def test_an_owner_whose_name_fits_two_is_refused_and_the_number_says_who(chief: Any) -> None:
    make_person("Ana Gil")
    second = people.add_person(HOUSE, name="Ana Gil", unit=make_organization(), hr_number="A7")
    text = f"{HEAD}One;Almena Foods;Host;Ana Gil;;\nTwo;Almena Foods;Host;a7;;\n"
    done = imported(ASSETS, text, chief)
    assert (done.counts["added"], done.counts["refused"]) == (1, 1)
    [[column, words]] = done.lines.get(kind="refused").faults
    assert (column, words) == ("owner", "Two people are called “Ana Gil”. Write the e-mail address or the HR number.")
    assert Asset.objects.get(name="Two").owner == second


def test_assets_of_other_units_are_refused(chief: Any) -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    found = tried(ASSETS, f"{HEAD}a;{here.name};Host;;;\nb;{there.name};Host;;;\n", make_user("analyst", unit=here))
    assert (found.counts["added"], found.counts["refused"]) == (1, 1)


def test_an_import_of_assets_is_undone(chief: Any) -> None:
    held = make_asset("Portal")
    done = imported(ASSETS, f"{HEAD}Portal;Almena Foods;;;;From the internet\nNew;Almena Foods;Host;;;\n", chief)
    jobs.at_once(undoing.undo, chief, undoing.ask_undo(chief, done))
    assert Asset.of(held.uid).reached_from == "unknown"
    assert Asset.objects.get(name="New").retired_at is not None


def test_needs_come_by_name_and_go_with_the_undo(chief: Any) -> None:
    portal, database = make_asset("portal"), make_asset("database")
    done = imported(NEEDS, "Asset;Needs;What for\nPortal;database;orders\nportal;portal;x\nportal;none;x\n", chief)
    assert (done.counts["added"], done.counts["refused"]) == (1, 2)
    need = Dependency.objects.get()
    assert (need.asset, need.needs, need.why) == (portal, database, "orders")
    jobs.at_once(undoing.undo, chief, undoing.ask_undo(chief, done))
    assert not Dependency.objects.exists()


def test_two_assets_of_one_name_are_told_apart_by_their_unit(chief: Any) -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    first, _second, disk = make_asset("db", unit=here), make_asset("db", unit=there), make_asset("disk")
    done = imported(NEEDS, "Asset;Needs;What for\ndb;disk;\ndb · Murcia;disk;\n", chief)
    assert (done.counts["added"], done.counts["refused"]) == (1, 1)
    assert Dependency.objects.get().asset == first
    assert Dependency.objects.get().needs == disk


def test_counts_of_people_come_by_country(chief: Any) -> None:
    records = make_asset("Records", kind="data_set")
    make_asset("host")
    text = (
        "Data set;Information about;Country;People;Rests on;Counted on\n"
        "Records;Health;es;12000;measured;2026-11-01\nRecords;Health;PT;;judgement;2026-11-01\n"
        "host;Health;ES;1;measured;2026-11-01\n"
    )
    done = imported(CLASSES, text, chief)
    assert (done.counts["added"], done.counts["refused"]) == (2, 1)
    assert dict(records.classes.values_list("country", "people")) == {"ES": 12_000, "PT": None}
    held = HeldClass.objects.get(country="ES")
    assets.hold_class(
        HOUSE, records, data_class="health", country="ES", people=5, basis="measured", counted_on=held.counted_on
    )
    jobs.at_once(undoing.undo, chief, undoing.ask_undo(chief, done))
    assert [each.country for each in HeldClass.objects.all()] == ["ES"]


def test_needs_and_names_go_out_and_come_back_unchanged(chief: Any, client: Any) -> None:
    portal, disk, unit = make_asset("Portal"), make_asset("Disk"), make_unit("Plant")
    make_asset("Disk", unit=unit)
    assets.depend(HOUSE, portal, needs=disk, why="=Orders")
    assets.identify(HOUSE, disk, kind="hostname", value="DISK", zone="plant")
    assets.identify(HOUSE, disk, kind="fqdn", value="disk.almena.example")
    client.force_login(chief)
    for sheet, name, rows in ((NEEDS, "assets-needs-file", 1), (IDENTIFIERS, "assets-names-file", 2)):
        answer = client.post(reverse(name), {"export": "csv"})
        done = imported(sheet, b"".join(answer.streaming_content).decode(), chief)
        assert (done.counts["unchanged"], done.counts["rows"]) == (rows, rows)
    assert TrailLine.objects.filter(verb="export").count() == 2


def test_needs_of_what_is_not_seen_and_of_what_is_filtered_stay_out(chief: Any, client: Any) -> None:
    unit, portal, disk = make_unit("Plant"), make_asset("Portal"), make_asset("Disk")
    theirs = make_asset("Theirs", unit=unit)
    assets.depend(HOUSE, theirs, needs=disk)
    assets.depend(HOUSE, portal, needs=disk)
    client.force_login(make_user("head", unit=unit))
    assert "Disk" not in b"".join(client.post(reverse("assets-needs-file"), {"export": "csv"})).decode()
    client.force_login(chief)
    asked = f"{reverse('assets-needs-file')}?unit={unit.uid}"
    told = b"".join(client.post(asked, {"export": "csv"})).decode()
    assert ("Theirs" in told, "Portal" in told) == (True, False)


def test_names_from_a_sheet_are_added_refused_and_taken_back(chief: Any) -> None:
    disk, other = make_asset("Disk"), make_asset("Other")
    assets.identify(HOUSE, other, kind="fqdn", value="other.almena.example")
    text = (
        "Asset;Kind;Name or address;Network zone\nDisk;Full name on the network;DISK.almena.example;\n"
        "Disk;fqdn;other.almena.example;\nDisk;ipv4;127.0.0.1;\n"
    )
    done = imported(IDENTIFIERS, text, chief)
    assert (done.counts["added"], done.counts["refused"]) == (1, 2)
    assert disk.identifiers.get().value == "disk.almena.example"
    jobs.at_once(undoing.undo, chief, undoing.ask_undo(chief, done))
    assert not disk.identifiers.filter(ended_at__isnull=True).exists()


def test_two_assets_of_one_name_and_unit_are_never_taken_for_each_other(chief: Any) -> None:
    make_asset("Disk")
    make_asset("Disk")
    make_asset("Portal")
    done = imported(NEEDS, "Asset;Needs\nPortal;Disk · Almena Foods\n", chief)
    assert (done.counts["refused"], Dependency.objects.count()) == (1, 0)


def whole(text: str, actor: Any) -> SheetImport:
    file = files.store(io.BytesIO(text.encode()), "rows.csv", actor=actor, cap_bytes=1 << 20)
    found = services.bring_in(actor, ASSETS, file=file, name="rows.csv")
    return services.match(actor, found, columns=found.columns, styles={}, ends_missing=True)


def test_a_whole_list_takes_what_is_missing_out_of_use_and_speaks_of_no_other_kind(chief: Any) -> None:
    kept, gone, building = make_asset("kept"), make_asset("gone"), make_asset("Hall", kind="building")
    found = whole("Name;Unit;Kind\nkept;Almena Foods;Host\n", chief)
    assert (found.counts["missing"], found.counts["standing"]) == (1, 2)
    done = jobs.at_once(services.run, chief, services.ask_import(chief, found))
    assert done.counts["ended"] == 1
    assert [bool(Asset.of(each.uid).retired_at) for each in (kept, gone, building)] == [False, True, False]
    jobs.at_once(undoing.undo, chief, undoing.ask_undo(chief, done))
    assert Asset.of(gone.uid).retired_at is None


def test_a_whole_list_that_would_end_many_assets_waits_for_a_second_person(chief: Any) -> None:
    for number in range(60):
        make_asset(f"host {number}")
    found = whole("Name;Unit;Kind\nhost 1;Almena Foods;Host\n", chief)
    with pytest.raises(services.WaitsForSecond, match="This would end 59 of 60 assets"):
        services.ask_import(chief, found, missing_typed=59)
    analyst = make_user("analyst")
    assert found.subject in {due.subject for due in everything_due(analyst)}
    people.confirm_list(analyst, found)
    done = jobs.at_once(services.run, chief, services.ask_import(chief, found, missing_typed=59))
    assert done.counts["ended"] == 59


def test_nobody_confirms_a_list_of_assets_for_a_unit_alone(chief: Any) -> None:
    for number in range(60):
        make_asset(f"host {number}")
    found = whole("Name;Unit;Kind\nhost 1;Almena Foods;Host\n", chief)
    with pytest.raises(Refused):
        people.confirm_list(make_user("analyst", unit=make_unit("Murcia")), found)
