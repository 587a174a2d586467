"""People brought in by sheet: joiners, movers, leavers, rehires, and lists that would end too many."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from alcaide.common import files
from alcaide.common.models import Notice, SheetImport, TrailLine
from alcaide.common.registries import everything_due
from alcaide.common.sheets import services as imports
from alcaide.common.sheets import sheet_of
from alcaide.common.sheets.undoing import ask_undo, undo
from alcaide.organization import services
from alcaide.organization.models import ListConfirmed, Person
from alcaide.organization.queries import first_chief
from alcaide.organization.sheets.people import BY_EMAIL, BY_NUMBER

from .factories import HOUSE, make_organization, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db

KEYS = {"HR number": "hr_number", "Name": "name", "E-mail": "email", "Unit": "unit", "Title": "title",
        "Reports to": "manager", "Joined": "joined_on", "Leaves": "left_on"}  # fmt: skip


def tried(actor, text: str, *, sheet=BY_NUMBER, whole: bool = False, styles=None) -> SheetImport:
    file = files.store(BytesIO(text.encode()), "people.csv", actor=HOUSE, cap_bytes=10**7)
    brought = imports.bring_in(actor, sheet, file=file, name="people.csv")
    columns = {KEYS[name]: at for at, name in enumerate(brought.headings)}
    return imports.match(actor, brought, columns=columns, styles=styles or {}, ends_missing=whole)


def brought_in(actor, text: str, **more) -> SheetImport:
    found = tried(actor, text, **more)
    missing = found.counts.get("missing") if found.counts.get("missing_guarded") else None
    return imports.run(actor, imports.ask_import(actor, found, missing_typed=missing))


def test_both_sheets_are_offered() -> None:
    assert sheet_of("organization.people") is BY_NUMBER
    assert sheet_of("organization.people-by-email") is BY_EMAIL


def test_a_list_adds_people_with_managers_in_any_order() -> None:
    make_organization()
    done = brought_in(
        make_user("chief"),
        "HR number,Name,E-mail,Unit,Reports to\n2,Bo Li,,Almena Foods,1\n1,Ana Ruiz,ana@almena.example,Almena Foods,\n",
    )
    assert (done.counts["added"], done.counts["refused"]) == (2, 0)
    assert Person.objects.get(hr_number="2").manager == Person.objects.get(hr_number="1")
    assert Person.objects.get(hr_number="2").email == ""


def test_a_changed_address_follows_the_hr_number() -> None:
    make_organization()
    chief = make_user("chief")
    brought_in(chief, "HR number,Name,E-mail,Unit\n1,Ana Ruiz,ana@almena.example,Almena Foods\n")
    done = brought_in(chief, "HR number,E-mail\n1,ana.ruiz@almena.example\n")
    assert done.counts["changed"] == 1
    assert Person.objects.get(hr_number="1").email == "ana.ruiz@almena.example"
    assert Person.objects.filter(name="Ana Ruiz").count() == 1


def test_a_changed_address_reaches_the_sign_in() -> None:
    make_organization()
    chief = make_user("chief")
    brought_in(chief, "HR number,Name,E-mail,Unit\n1,Ana Ruiz,ana@almena.example,Almena Foods\n")
    user = services.let_sign_in(HOUSE, Person.objects.get(hr_number="1"))
    brought_in(chief, "HR number,E-mail\n1,ana.ruiz@almena.example\n")
    user.refresh_from_db()
    assert user.email == "ana.ruiz@almena.example"


def test_the_same_list_again_changes_nothing() -> None:
    make_organization()
    chief = make_user("chief")
    text = "HR number,Name,E-mail,Unit,Reports to\n1,Ana,a@almena.example,Almena Foods,\n2,Bo,,Almena Foods,1\n"
    brought_in(chief, text)
    assert brought_in(chief, text).counts["unchanged"] == 2


def test_a_rehire_is_the_same_person() -> None:
    make_organization()
    chief = make_user("chief")
    brought_in(chief, "HR number,Name,Unit,Joined,Leaves\n1,Ana,Almena Foods,2020-01-15,2024-05-31\n")
    done = brought_in(chief, "HR number,Joined\n1,2026-02-20\n")
    person = Person.objects.get(hr_number="1")
    assert done.counts["changed"] == 1
    assert (person.left_on, person.joined_on.isoformat()) == (None, "2026-02-20")


def test_who_left_stays_gone_where_a_part_of_the_list_names_them() -> None:
    make_organization()
    chief = make_user("chief")
    brought_in(chief, "HR number,Name,Unit,Joined,Leaves\n1,Ana,Almena Foods,2020-01-15,2024-05-31\n")
    brought_in(chief, "HR number,Title\n1,Quality\n")
    assert Person.objects.get(hr_number="1").left_on.isoformat() == "2024-05-31"


def test_doubles_circles_and_strange_addresses_are_refused_and_the_rest_comes_in() -> None:
    make_organization()
    done = brought_in(
        make_user("chief"),
        "HR number,Name,E-mail,Unit,Reports to\n"
        "1,<b>Ana</b>,a@almena.example,Almena Foods,\n1,Ana twice,,Almena Foods,\n"
        "2,Bo,,Almena Foods,3\n3,Cy,,Almena Foods,2\n4,Di,not an address,Almena Foods,\n"
        "5,Ed,a@almena.example,Almena Foods,\n6,Flo,,Nowhere,\n7,Gil,,Almena Foods,99\n8,Hal,,Almena Foods,8\n",
    )
    assert (done.counts["added"], done.counts["refused"]) == (1, 8)
    assert Person.objects.get(hr_number="1").name == "<b>Ana</b>"


def test_a_circle_through_somebody_who_is_not_in_the_file_is_refused() -> None:
    make_organization()
    chief = make_user("chief")
    brought_in(chief, "HR number,Name,Unit,Reports to\n1,Ana,Almena Foods,\n2,Bo,Almena Foods,1\n")
    done = brought_in(chief, "HR number,Reports to\n1,2\n")
    assert done.counts["refused"] == 1
    assert Person.objects.get(hr_number="1").manager is None


def test_a_manager_may_be_named_and_two_of_one_name_are_asked_about() -> None:
    make_organization()
    chief = make_user("chief")
    brought_in(chief, "HR number,Name,Unit\n1,Ana Gil,Almena Foods\n2,Bo Ruiz,Almena Foods\n3,Bo  RUIZ,Almena Foods\n")
    found = tried(chief, "HR number,Name,Unit,Reports to\n4,Cy,Almena Foods,ana gil\n5,Di,Almena Foods,Bo Ruiz\n")
    assert (found.counts["added"], found.counts["refused"]) == (1, 1)
    [[column, words]] = found.lines.get(kind="refused").faults
    assert (column, words) == ("manager", "Two people are called “Bo Ruiz”. Write the e-mail address or the HR number.")
    imports.run(chief, imports.ask_import(chief, found))
    assert Person.objects.get(hr_number="4").manager.hr_number == "1"


def test_a_unit_whose_name_fits_two_is_refused_in_the_row() -> None:
    north, south = make_unit("North"), make_unit("South")
    make_unit("Stores", parent=north)
    make_unit("Stores", parent=south)
    found = tried(make_user("chief"), 'HR number,Name,Unit\n1,Ana,Stores\n2,Bo,"Stores, South"\n')
    [[column, words]] = found.lines.get(kind="refused").faults
    assert (column, words) == ("unit", "Several units are called “Stores”. Write “name, unit above”.")
    assert found.counts["added"] == 1


def test_dates_in_three_styles_are_asked_about_not_guessed() -> None:
    make_organization()
    text = "HR number,Name,Unit,Joined\n1,Ana,Almena Foods,03/04/2020\n2,Bo,Almena Foods,05/06/2021\n"
    with pytest.raises(imports.NotMatched):
        tried(make_user("chief"), text)


def test_who_is_missing_in_a_whole_list_leaves_today() -> None:
    make_organization()
    chief = make_user("chief")
    brought_in(chief, "HR number,Name,Unit\n1,Ana,Almena Foods\n2,Bo,Almena Foods\n")
    by_hand = make_person("Without a number")
    done = brought_in(chief, "HR number,Name,Unit\n1,Ana,Almena Foods\n", whole=True)
    assert done.counts["ended"] == 1
    assert Person.objects.get(hr_number="2").left_on == timezone.localdate()
    by_hand.refresh_from_db()
    assert by_hand.left_on is None


def many(count: int) -> str:
    return "HR number,Name,Unit\n" + "".join(f"{n},Person {n},Almena Foods\n" for n in range(count))


def test_a_list_that_would_end_too_many_waits_before_a_row_is_written() -> None:
    make_organization()
    chief, other = make_user("chief"), make_user("chief")
    brought_in(chief, many(60))
    waiting = tried(chief, many(5) + "99,Joins by it,Almena Foods\n", whole=True)
    with pytest.raises(imports.WaitsForSecond, match=f"55 of 60 people.* or {other.name} may answer"):
        imports.ask_import(chief, waiting, missing_typed=55)
    assert not Person.objects.filter(Q(left_on__isnull=False) | Q(hr_number="99")).exists()
    assert waiting.subject in {due.subject for due in everything_due(other)}
    ListConfirmed.objects.create(file=waiting.file, kind=waiting.kind, ends=55, by=chief)
    with pytest.raises(imports.WaitsForSecond):
        imports.ask_import(chief, waiting, missing_typed=55)
    services.confirm_list(other, waiting)
    done = imports.run(chief, imports.ask_import(chief, waiting, missing_typed=55))
    assert (done.counts["ended"], done.counts["added"]) == (55, 1)
    assert Notice.objects.filter(user=chief, subject=waiting.subject).exists()


def test_who_confirmed_a_list_does_not_import_it() -> None:
    make_organization()
    chief, other = make_user("chief"), make_user("chief")
    brought_in(chief, many(60))
    waiting = tried(chief, many(5), whole=True)
    services.confirm_list(other, waiting)
    with pytest.raises(imports.WaitsForSecond, match=f"You confirmed this file.*{chief.name} brought it in"):
        imports.ask_import(other, waiting, missing_typed=55)


def test_another_file_is_not_confirmed() -> None:
    make_organization()
    chief, other = make_user("chief"), make_user("chief")
    brought_in(chief, many(60))
    services.confirm_list(other, tried(chief, many(5), whole=True))
    with pytest.raises(imports.WaitsForSecond):
        brought_in(chief, many(4), whole=True)


def test_the_pages_show_what_waits_and_who_may_confirm(client) -> None:
    make_organization()
    chief = first_chief()
    brought_in(chief, many(60))
    waiting = tried(chief, many(5), whole=True)
    client.force_login(chief)
    page = client.get(reverse("import", args=[waiting.uid])).content.decode()
    assert "so a second person confirms this very file first" in page
    assert "Nobody else may answer yet." in page
    assert "Import it" not in page
    assert "Grant a role" in client.get(reverse("people-lists")).content.decode()
    client.force_login(make_user("chief"))
    page = client.get(reverse("people-lists")).content.decode()
    assert "1 list waits for a second person." in page
    assert "Person 10" in page
    client.post(reverse("people-list-confirm", args=[waiting.uid]))
    client.force_login(chief)
    assert "Import it" in client.get(reverse("import", args=[waiting.uid])).content.decode()


def test_an_undo_removes_who_was_added_and_leaves_who_signs_in() -> None:
    make_organization()
    chief = make_user("chief")
    done = brought_in(chief, "HR number,Name,E-mail,Unit\n1,Ana,,Almena Foods\n2,Bo,bo@almena.example,Almena Foods\n")
    services.let_sign_in(HOUSE, Person.objects.get(hr_number="2"))
    undo(chief, ask_undo(chief, done))
    assert not Person.objects.filter(hr_number="1").exists()
    assert Person.objects.filter(hr_number="2").exists()


def test_nobody_changes_people_of_a_unit_that_is_not_theirs() -> None:
    make_organization()
    plant = make_unit("Plant")
    chief = make_user("chief", unit=plant)
    done = tried(chief, "HR number,Name,Unit\n1,Ana,Almena Foods\n2,Bo,Plant\n")
    assert (done.counts["added"], done.counts["refused"]) == (1, 1)


def test_by_address_a_number_of_somebody_else_is_refused() -> None:
    make_organization()
    chief = make_user("chief")
    brought_in(chief, "HR number,Name,Unit\n1,Ana,Almena Foods\n")
    done = tried(chief, "E-mail,Name,Unit,HR number\nb@almena.example,Bo,Almena Foods,1\n", sheet=BY_EMAIL)
    assert done.counts["refused"] == 1


def test_a_chunk_of_people_is_one_line_of_the_trail() -> None:
    make_organization()
    chief = make_user("chief")
    brought_in(chief, many(30))
    assert TrailLine.objects.filter(verb="import_rows").count() == 1


def test_leavers_are_closed_by_themselves_the_day_after() -> None:
    make_organization()
    person = make_person("Gone")
    user = services.let_sign_in(HOUSE, person)
    person.refresh_from_db()
    services.change_person(HOUSE, person, opened_version=person.version, left_on=timezone.localdate())
    assert services.close_leavers(HOUSE) == (0, 0)
    Person.objects.filter(pk=person.pk).update(left_on=timezone.localdate() - timedelta(days=1))
    assert services.close_leavers(HOUSE) == (1, 0)
    user.refresh_from_db()
    assert not user.is_active
