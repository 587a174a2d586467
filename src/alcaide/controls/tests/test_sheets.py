"""Measures from a sheet: tried, imported, corrected, undone."""

import io
from typing import Any

import pytest

from alcaide.common import files
from alcaide.common.models import SheetImport, TrailLine
from alcaide.common.sheets import jobs, services, undoing
from alcaide.controls.models import Measure
from alcaide.controls.sheets import SHEET
from alcaide.controls.tests.factories import make_measure
from alcaide.organization.tests.factories import make_organization, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db(transaction=False)

HEAD = "Measure;Unit;Area;Costs a year;Who;By\n"
ROWS = "Locks;Almena Foods;Physical;12.500,50;;31/03/2027\nBadges;Almena Foods;people;900;;\n"


def brought(text: str, actor: Any, name: str = "measures.csv") -> SheetImport:
    file = files.store(io.BytesIO(text.encode()), name, actor=actor, cap_bytes=1 << 20)
    return services.bring_in(actor, SHEET, file=file, name=name)


def tried(text: str, actor: Any, **styles: str) -> SheetImport:
    found = brought(text, actor)
    return services.match(actor, found, columns=found.columns, styles=styles)


def imported(text: str, actor: Any, **styles: str) -> SheetImport:
    return jobs.at_once(services.run, actor, services.ask_import(actor, tried(text, actor, **styles)))


@pytest.fixture
def chief() -> Any:
    make_organization()
    return make_user("chief")


def test_a_trial_counts_and_writes_nothing(chief: Any) -> None:
    found = tried(HEAD + ROWS + "Doors;Nowhere;Physical;1;;\n", chief)
    assert {key: found.counts[key] for key in ("added", "refused", "rows")} == {"added": 2, "refused": 1, "rows": 3}
    assert not Measure.objects.exists()


def test_an_import_proposes_with_exact_sums_and_dates(chief: Any) -> None:
    done = imported(HEAD + ROWS, chief)
    locks = Measure.objects.get(name="Locks")
    assert (done.state, locks.cost_minor, str(locks.due_on), locks.state) == (
        "done",
        1_250_050,
        "2027-03-31",
        "proposed",
    )
    assert TrailLine.objects.filter(verb="propose_measure").count() == 2


def test_the_same_file_again_changes_nothing(chief: Any) -> None:
    imported(HEAD + ROWS, chief)
    assert imported(HEAD + ROWS, chief).counts["unchanged"] == 2


def test_a_row_in_a_unit_beyond_the_actor_is_refused(chief: Any) -> None:
    own, other = make_unit("Plant A"), make_unit("Plant B")
    analyst = make_user("analyst", unit=own)
    found = tried(HEAD + f"Locks;{own.name};Physical;10;;\nLocks;{other.name};Physical;10;;\n", analyst)
    assert (found.counts["added"], found.counts["refused"]) == (1, 1)


def test_an_undo_removes_what_was_added_and_restores_what_was_changed(chief: Any) -> None:
    person = make_person("Ana")
    held = make_measure("Badges", cost=500, area="people", owner=person)
    done = imported(HEAD + ROWS, chief)
    assert Measure.objects.get(pk=held.pk).cost_minor == 90_000
    undone = jobs.at_once(undoing.undo, chief, undoing.ask_undo(chief, done))
    held.refresh_from_db()
    assert (undone.undo_counts, held.cost_minor, held.owner) == ({"undone": 2, "partly": 0, "left": 0}, 50_000, person)
    assert not Measure.objects.filter(name="Locks").exists()


def test_an_undo_leaves_what_somebody_touched_since(chief: Any) -> None:
    from alcaide.controls.services import adopt, change_measure  # noqa: PLC0415  loaded only where it is asked for

    held = make_measure("Badges", cost=500, area="digital")
    done = imported(HEAD + ROWS, chief)
    held.refresh_from_db()
    change_measure(chief, held, opened_version=held.version, cost_minor=77)
    adopt(chief, Measure.objects.get(name="Locks"))
    counts, left = undoing.undo_counts(chief, done)
    undone = jobs.at_once(undoing.undo, chief, undoing.ask_undo(chief, done))
    held.refresh_from_db()
    assert counts == undone.undo_counts == {"undone": 0, "partly": 1, "left": 1}
    assert (held.cost_minor, held.area) == (77, "digital")
    assert {each.row.name for each in left} == {"Locks", "Badges"}


def test_a_sum_in_another_currency_is_refused(chief: Any) -> None:
    found = tried(HEAD + "Locks;Almena Foods;Physical;100 USD;;\n", chief)
    assert "EUR" in found.lines.get().faults[0][1]


def test_a_name_that_fits_two_measures_but_for_case_is_refused_unless_written_as_one(chief: Any) -> None:
    make_measure(name="Door Locks")
    make_measure(name="door locks")
    found = tried(HEAD + "DOOR LOCKS;Almena Foods;Physical;10;;\n", chief)
    assert found.counts["refused"] == 1
    found = tried(HEAD + "Door Locks;Almena Foods;Physical;10;;\n", chief)
    assert found.counts["refused"] == 0


def test_an_owner_whose_name_fits_two_is_refused(chief: Any) -> None:
    make_person("Ana Gil")
    make_person("ana gil")
    found = tried(HEAD + "Locks;Almena Foods;Physical;10;Ana Gil;\n", chief)
    [[column, words]] = found.lines.get(kind="refused").faults
    assert (column, words) == ("owner", "Two people are called “Ana Gil”. Write the e-mail address or the HR number.")
