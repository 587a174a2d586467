"""The trail as auditors read it, and who may read what a line says."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alcaide.common import history, registries
from alcaide.common.models import TrailLine, TrailValue, User
from alcaide.common.permissions import Scope
from alcaide.common.registries import Subject
from alcaide.common.trail import System, audit, writing

pytestmark = pytest.mark.urls("alcaide.common.tests.pages")
HOUSE = System("nightly_scan")
CASE = "incidents.case:0190a000-0000-7000-8000-000000abcdef"


def line(subject: str = "common.user:1", verb: str = "rename", actor=HOUSE, **after: object) -> None:
    with writing():
        audit(actor, verb, subject=subject, before={name: None for name in after}, after=after)


@pytest.fixture
def auditor(db, client, monkeypatch) -> User:
    user = User.objects.create(email="ana@example.org", name="Ana Ruiz")
    monkeypatch.setattr("alcaide.common.permissions._scope_of", [lambda who: Scope({"auditor": frozenset({1})})])
    client.force_login(user)
    return user


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_every_line_stands_with_who_did_what_to_which_subject(auditor, client) -> None:
    line(actor=auditor, verb="let_out", name="x")
    line()
    page = text(client.get("/trail/"))
    assert "2 lines, each bound to the one before." in page
    assert "let out: Sign-in (1)" in page
    assert ">Ana Ruiz<" in page
    assert "the house (nightly scan)" in page
    assert page.index("rename:") < page.index("let out:")


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("text=incidents.case:", 1),
        (f"text={CASE}", 1),
        ("who=ruiz", 1),
        ("who=nightly_scan", 2),
        ("who=nobody", 0),
        ("verb=let out", 1),
        ("since=2020-01-01", 3),
        ("until=2020-01-01", 0),
    ],
)
def test_lines_are_filtered_by_subject_actor_verb_and_day(auditor, client, query: str, lines: int) -> None:
    line(subject=CASE)
    line(verb="let_out")
    line(actor=auditor)
    page = text(client.get(f"/trail/?{query}"))
    assert page.count('<th scope="row"') == lines


def test_a_line_opens_to_its_values_and_says_what_was_erased(auditor, client) -> None:
    line(name="Logroño", weight={"minor": 125050, "currency": "EUR", "kind": "cash"}, tags=["a", "b"], gone="secret")
    TrailValue.objects.filter(field="gone", side="after").delete()
    page = text(client.get("/trail/?open=1"))
    for words in ("Logroño", "€1,250.50", "a, b", "erased", TrailLine.objects.get().hash):
        assert words in page
    assert "secret" not in page


def test_values_of_a_subject_the_reader_may_not_see_are_withheld(auditor, client, monkeypatch) -> None:
    line(subject=CASE, diagnosis="burnout")
    page = text(client.get("/trail/?open=1"))
    assert "burnout" not in page
    assert "kept from you" in page
    monkeypatch.setitem(registries._all.subjects, "incidents.case", lambda uid, user: Subject("Case 7", "/"))
    page = text(client.get("/trail/?open=1"))
    assert "burnout" in page
    assert '<a href="/">Case 7</a>' in page


def test_a_line_names_its_record_and_leads_there(auditor, client, monkeypatch) -> None:
    monkeypatch.setattr(
        registries, "subjects_of", lambda subjects, user: dict.fromkeys(subjects, Subject("The flood", "/f/"))
    )
    line(subject=CASE, verb="close")
    page = text(client.get("/trail/"))
    assert '<a href="/f/">close: The flood</a>' in page
    assert CASE not in page


def test_a_record_that_the_reader_may_not_see_shows_its_kind_and_says_so(auditor, client) -> None:
    line(subject=CASE, verb="close")
    page = text(client.get("/trail/"))
    assert "close: Case<small>not yours to see, or gone</small>" in page
    assert "abcdef" not in page


def test_nobody_else_reads_the_trail(client, db, monkeypatch) -> None:
    monkeypatch.setattr("alcaide.common.permissions._scope_of", [lambda who: Scope({"analyst": frozenset({1})})])
    client.force_login(User.objects.create(email="eva@example.org", name="Eva"))
    assert client.get("/trail/").status_code == 403
    assert client.post("/trail/", {"export": "csv"}).status_code == 403


def test_the_trails_page_costs_a_fixed_number_of_queries(auditor, client) -> None:
    line()
    with CaptureQueriesContext(connection) as few:
        client.get("/trail/")
    for number in range(40):
        line(number=number)
    with CaptureQueriesContext(connection) as many:
        client.get("/trail/")
    assert 3 < len(few) == len(many) <= 12


def test_a_subjects_history_is_newest_first_and_keeps_named_fields_away(db) -> None:
    line(name="x", diagnosis="burnout")
    line(verb="close", state="done")
    told = history.of_subject("common.user:1", without=frozenset({"diagnosis"}))
    assert [each.verb for each in told] == ["close", "rename"]
    assert [(field.field, field.before, field.after) for field in told[1].fields] == [("name", "nothing", "x")]


def test_a_history_costs_three_queries(db, django_assert_num_queries) -> None:
    for number in range(10):
        line(number=number, actor=User.objects.create(email=f"{number}@example.org", name=f"U{number}"))
    with django_assert_num_queries(3):
        history.of_subject("common.user:1")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "nothing"),
        (None, "nothing"),
        (True, "yes"),
        (0, "0"),
        ({"a_b": 1}, "a b: 1"),
        ("2026-99-99T00:00", "2026-99-99T00:00"),
    ],
)
def test_a_value_reads_as_words(db, value, words: str) -> None:
    line(field=value)
    assert history.of_subject("common.user:1")[0].fields[0].after == words


def test_lines_of_everybody_who_is_called_so_are_counted(auditor, client) -> None:
    named = User.objects.bulk_create(User(email=f"bo{n}@example.org", name=f"Bo {n}") for n in range(210))
    for each in (named[0], named[-1]):
        line(actor=each, verb="let_out", name="x")
    assert "2 lines" in text(client.get("/trail/?who=bo"))


def test_a_page_of_many_kinds_names_those_of_most_lines_and_its_file_names_all(auditor, client, monkeypatch) -> None:
    known = dict.fromkeys(("a.flood", "b.fire", "c.frost"), lambda uid, user: Subject(f"The {uid[:4]}", "/f/"))
    monkeypatch.setattr(registries._all, "subjects", {**registries._all.subjects, **known})
    monkeypatch.setattr(history, "MOST_ASKED", 1)
    for kind, times in (("a.flood", 2), ("b.fire", 3), ("c.frost", 1)):
        for _ in range(times):
            line(f"{kind}:{kind[0] * 8}-0000-7000-8000-000000abcdef")
    page = text(client.get("/trail/"))
    assert page.count("The bbbb<") == 3
    assert "The aaaa" not in page
    assert "open the line to see which" in page
    file = b"".join(client.post("/trail/", {"export": "csv"}).streaming_content).decode()
    assert all(f"The {kind * 4}" in file for kind in "abc")
