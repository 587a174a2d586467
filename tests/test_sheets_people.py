"""A sheet of people, made for these tests: whole lists, managers in the same file, kills, long files, lost rooms."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from alcaide.common import files, sheets
from alcaide.common.jobs import Progress
from alcaide.common.models import BulkChunk, JobTrack, Notice, SheetImport
from alcaide.common.sheets import jobs, offered, reading, services, undoing
from alcaide.common.sheets.declared import BadSheet
from alcaide.intake.sheets import text
from alcaide.organization.models import CHANGE, Person
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_user

pytestmark = pytest.mark.django_db


def compare(actor: Any, rows: Sequence[sheets.SheetRow], context: sheets.Context) -> list[sheets.Outcome]:
    held = {each.email: each for each in Person.objects.filter(email__in=[row.values["email"] for row in rows])}
    return [
        sheets.compared(
            row, held.get(row.values["email"]), name=row.values["name"],
            is_now=vars(held[row.values["email"]]) if row.values["email"] in held else {},
            becomes=dict(row.values), held=held.get(row.values["email"]),
        )
        for row in rows
    ]  # fmt: skip


def write(actor: Any, outcomes: Sequence[sheets.Outcome], context: sheets.Context) -> list[sheets.Outcome]:
    done = []
    for each in outcomes:
        person = each.held or Person(unit=make_organization(), version=0)
        for key, value in each.after.items():
            setattr(person, key, value)
        person.version += 1
        person.save()
        done.append(each.written(person.subject, person.version))
    return done


def judge(actor: Any, written: Sequence[sheets.Written], context: sheets.Context) -> list[sheets.Undone]:
    held = {each.subject: each for each in Person.objects.all()}
    return [
        sheets.judged(each, held.get(each.subject), is_now=vars(held[each.subject]) if each.subject in held else {},
                      held=held.get(each.subject))
        for each in written
    ]  # fmt: skip


def take_back(actor: Any, undone: Sequence[sheets.Undone], context: sheets.Context) -> None:
    for each in undone:
        if each.row.kind == "added":
            each.held.delete()
            continue
        for key, value in each.restore.items():
            setattr(each.held, key, value)
        each.held.save()


def standing(actor: Any, context: sheets.Context) -> list[sheets.Standing]:
    rows = Person.objects.filter(left_on__isnull=True).exclude(email="").exclude(user__isnull=False)
    return [sheets.Standing((each.email,), each.subject, each.name, each) for each in rows]


def end(actor: Any, rows: Sequence[sheets.Standing], context: sheets.Context) -> list[sheets.Outcome]:
    done = []
    for row in rows:
        row.held.left_on, row.held.version = "2026-01-01", row.held.version + 1
        row.held.save()
        done.append(
            sheets.Outcome(0, "ended", row.name, row.subject, before={"left_on": None}, version=row.held.version)
        )
    return done


SHEET = sheets.Sheet(
    key="test.people", label="People", permission=CHANGE, identity=("email",),
    columns=(
        sheets.SheetColumn("name", "Name", text(), required=True),
        sheets.SheetColumn("email", "E-mail", text(), required=True, also=("mail",)),
        sheets.SheetColumn("title", "Manager", text()),
    ),
    compare=compare, write=write, judge=judge, take_back=take_back,
    snapshot=sheets.Snapshot("people", standing, end, moves=("title",), most=2, most_share=0.5),
)  # fmt: skip


@pytest.fixture
def offered_sheet(monkeypatch: pytest.MonkeyPatch) -> Iterator[sheets.Sheet]:
    make_organization()
    monkeypatch.setitem(offered._sheets, SHEET.key, SHEET)
    yield SHEET


def tried(rows: str, *, ends: bool = False, actor: Any = HOUSE) -> SheetImport:
    data = f"Name,E-mail,Manager\n{rows}".encode()
    file = files.store(io.BytesIO(data), "people.csv", actor=HOUSE, cap_bytes=1 << 24)
    found = services.bring_in(actor, offered._sheets[SHEET.key], file=file, name="people.csv")
    return services.match(actor, found, columns=found.columns, styles={}, ends_missing=ends)


def done(found: SheetImport, **more: Any) -> SheetImport:
    return services.run(HOUSE, services.ask_import(HOUSE, found, **more))


def emails() -> set[str]:
    return set(Person.objects.exclude(email="").filter(user__isnull=True).values_list("email", flat=True))


def test_every_row_is_counted_once(offered_sheet: Any) -> None:
    make_person("Old")
    done(tried("Ana,a@x,\nBo,b@x,\n"))
    found = done(tried("Ana,a@x,\nBob,b@x,\nCy,c@x,\nCy two,C@X,\n,d@x,\n"))
    kinds = ("added", "changed", "unchanged", "refused")
    assert [found.counts[kind] for kind in kinds] == [1, 1, 1, 2]
    assert sum(found.counts[kind] for kind in kinds) == found.counts["rows"] == 5


def test_a_second_row_of_the_same_one_names_the_first(offered_sheet: Any) -> None:
    found = tried("Ana,a@x,\nAnna,A@x,\n")
    assert "Row 2" in found.lines.get(kind="refused").faults[0][1]


def test_a_whole_list_ends_who_is_missing_and_its_undo_brings_them_back(offered_sheet: Any) -> None:
    done(tried("Ana,a@x,\nBo,b@x,\nCy,c@x,\n"))
    found = tried("Ana,a@x,boss\nDi,d@x,\n", ends=True)
    assert [found.counts[key] for key in ("added", "movers", "missing", "standing")] == [1, 1, 2, 3]
    ended = done(found)
    assert ended.counts["ended"] == 2
    assert Person.objects.filter(left_on__isnull=False).count() == 2
    undone = undoing.undo(HOUSE, undoing.ask_undo(HOUSE, ended))
    assert undone.undo_counts == {"undone": 4, "partly": 0, "left": 0}
    assert emails() == {"a@x", "b@x", "c@x"}
    assert not Person.objects.filter(left_on__isnull=False).exists()


def test_ending_many_is_refused_until_their_number_is_typed(offered_sheet: Any) -> None:
    done(tried("".join(f"P{n},p{n}@x,\n" for n in range(8))))
    found = tried("P0,p0@x,\n", ends=True)
    for typed in (None, 6):
        with pytest.raises(services.TooManyMissing, match="end 7 of 8"):
            services.ask_import(HOUSE, found, missing_typed=typed)
    assert done(found, missing_typed=7).counts["ended"] == 7


def test_nobody_is_missing_while_a_row_names_nobody(offered_sheet: Any) -> None:
    done(tried("Ana,a@x,\nBo,b@x,\n"))
    found = tried("Ana,a@x,\nBo,,\n", ends=True)
    assert found.counts["missing"] == 0
    assert any("nobody can be said to be missing" in notice for notice in found.notices)


def test_a_row_stands_behind_the_one_it_names(offered_sheet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def noting(actor: Any, outcomes: Any, context: Any) -> Any:
        written.extend(each.after["email"] for each in outcomes)
        return write(actor, outcomes, context)

    monkeypatch.setitem(offered._sheets, SHEET.key, replace(SHEET, order_by="title", write=noting))
    found = done(tried("Ana,a@x,b@x\nBo,b@x,c@x\nCy,c@x,\nDi,d@x,e@x\nEd,e@x,d@x\n"))
    assert written == ["c@x", "b@x", "a@x"]
    assert found.counts["refused"] == 2


def test_a_kill_between_chunks_is_gone_on_from(offered_sheet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alcaide.common.bulk.CHUNK", 2)
    monkeypatch.setattr(
        "alcaide.common.bulk.in_chunks.__kwdefaults__", {"chunk": 2, "keep_list": False, "progress": None}
    )
    found = services.ask_import(HOUSE, tried("".join(f"P{n},p{n}@x,\n" for n in range(5))))

    def killed(rows_done: int) -> None:
        if rows_done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        services.run(HOUSE, found, tick=killed)
    assert len(emails()) == 4
    found = services.run(HOUSE, found)
    assert (found.counts["added"], len(emails()), BulkChunk.objects.count()) == (5, 5, 3)
    assert found.lines.filter(phase="done").count() == 5


def test_a_killed_undo_is_gone_on_from(offered_sheet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "CHUNK", 2)
    found = done(tried("".join(f"P{n},p{n}@x,\n" for n in range(5))))
    found = undoing.ask_undo(HOUSE, found)

    def killed(rows_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undoing.undo(HOUSE, found, tick=killed)
    assert len(emails()) == 3
    assert undoing.undo(HOUSE, found).undo_counts["undone"] == 5
    assert not emails()


@pytest.mark.slow
def test_a_long_file_is_a_job_from_trial_to_undo(offered_sheet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE_ROWS", 2)
    monkeypatch.setattr(undoing, "AT_ONCE_ROWS", 2)
    chief = make_user("chief")
    found = tried("".join(f"P{n},p{n}@x,\n" for n in range(5)), actor=chief)
    for state, work, ask in (
        ("checked", jobs.try_sheet, lambda: services.ask_import(chief, found)),
        ("done", jobs.import_sheet, lambda: undoing.ask_undo(chief, found)),
        ("undone", jobs.undo_sheet, lambda: None),
    ):
        track = JobTrack.objects.latest("pk")
        track.delete()
        work(Progress(), imported=str(found.uid), user=chief.pk)
        found.refresh_from_db()
        assert found.state == state
        ask()
    assert not emails()
    assert [each.words for each in Notice.objects.all()] == ["5 added, 0 changed, 0 refused."]


def test_who_began_an_import_is_told_when_it_fails_in_the_background(
    offered_sheet: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    chief = make_user("chief")
    found = tried("Ana,ana@x,\n", actor=chief)
    services.ask_import(chief, found)

    def lost(_imported: SheetImport) -> Any:
        raise files.FileLost("The file is gone.")

    monkeypatch.setattr(services, "rows_of", lost)
    jobs.import_sheet(Progress(), imported=str(found.uid), user=chief.pk)
    told = Notice.objects.get()
    assert (told.user, told.subject) == (chief, found.subject)
    assert told.words == "It failed. The file is gone."


def test_an_import_cannot_be_done_twice_or_undone_before(offered_sheet: Any) -> None:
    found = done(tried("Ana,a@x,\n"))
    with pytest.raises(services.NotNow):
        services.ask_import(HOUSE, found)
    undoing.undo(HOUSE, undoing.ask_undo(HOUSE, found))
    with pytest.raises(services.NotNow):
        undoing.ask_undo(HOUSE, found)


def test_a_room_that_loses_a_row_is_caught(offered_sheet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(offered._sheets, SHEET.key, replace(SHEET, compare=lambda actor, rows, context: []))
    with pytest.raises(BadSheet, match="one outcome for each row"):
        tried("Ana,a@x,\n")


def test_an_undo_of_an_import_leaves_who_was_changed_since(offered_sheet: Any) -> None:
    found = done(tried("Ana,a@x,\nBo,b@x,\n"))
    Person.objects.filter(email="a@x").update(name="Anna", version=9)
    undone = undoing.undo(HOUSE, undoing.ask_undo(HOUSE, found))
    assert undone.undo_counts == {"undone": 1, "partly": 0, "left": 1}
    assert emails() == {"a@x"}


def test_a_sheet_asks_a_fixed_number_of_queries_for_its_rows(
    offered_sheet: Any, django_assert_max_num_queries: Any
) -> None:
    found = tried("".join(f"P{n},p{n}@x,\n" for n in range(300)))
    with django_assert_max_num_queries(25):
        services._unwritten(found)
        SheetImport.objects.filter(pk=found.pk).update(state="checking")
        services.check(HOUSE, found)
    assert reading.CHUNK == 2_000
