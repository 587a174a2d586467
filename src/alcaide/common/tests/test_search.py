"""The search: the same hits on both databases, and nothing typed may break it."""

from uuid import uuid4

import pytest
from django.db import connection

from alcaide.common import registries, search
from alcaide.common.models import SearchDoc, User
from alcaide.common.permissions import Scope
from alcaide.common.registries import Subject
from alcaide.common.trail import System

HOUSE = System("test")
KIND = "common.findme"
DOCS = {
    "1": ("CVE-2024-3094 in xz", "", "backdoor liblzma"),
    "2": ("srv-042", "10.20.30.4", "web server, Murcia plant"),
    "3": ("srv-043", "10.20.31.4", "file server"),
    "4": ("Máximo O'Brien", "Organización", "señor ingeniero"),
    "5": ("Łódź depot", "", "Smørrebrød kitchen, Straße 5"),
    "6": ("VPN gateway", "exploited in the wild", "CVE-2024-21887"),
    "7": ("Near miss at dock 3", "", "not and or near"),
    "8": ("東京 office", "", "ﬁre door"),
}


@pytest.fixture
def house(db, monkeypatch) -> None:
    monkeypatch.setitem(
        registries._all.subjects, KIND, lambda uid, user: Subject(uid, f"/{uid}/") if uid != "hidden" else None
    )
    search.index_many(
        search.Doc(f"{KIND}:{key}", KIND, title, second, words) for key, (title, second, words) in DOCS.items()
    )


def hits(text: str, **more) -> list[str]:
    return [found.subject.partition(":")[2] for found in search.find(HOUSE, text, **more)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CVE-2024-3094", ["1"]),
        ("cve 2024", ["1", "6"]),
        ("3094", ["1"]),
        ("srv-042", ["2"]),
        ("srv-04", ["3", "2"]),
        ("SRV", ["3", "2"]),
        ("10.20.30", ["2"]),
        ("10.20.3", ["3", "2"]),
        ("o'brien", ["4"]),
        ("organizacion", ["4"]),
        ("ORGANIZACIÓN maximo", ["4"]),
        ("lodz", ["5"]),
        ("smorrebrod strasse", ["5"]),
        ("Straße", ["5"]),
        ("near", ["7"]),
        ("exploited wild", ["6"]),
        ("fire door", ["8"]),
        ("東京", ["8"]),
        ("server web", ["2"]),
        ("rver", []),
    ],
)
def test_a_query_finds_the_same_subjects_on_both_databases(house, text: str, expected: list[str]) -> None:
    assert hits(text) == expected


@pytest.mark.parametrize(
    "text",
    ['"', "'", "*", "NEAR", "NEAR(", "a AND", "OR", "NOT", "-", "--", "(", "{", "title:", "^", "🙂", "\x00", "\ud800",
     "%", "_", "a:*", "& | !", "<->", "\\", "", "   ", "x" * 10_000, "x " * 5_000, "é" * 10_000, "ﷺ" * 10_000],
)  # fmt: skip
def test_no_query_can_fail(house, text: str) -> None:
    assert isinstance(hits(text), list)
    assert not search.some(text, "common.user").more


def test_a_hit_in_the_title_stands_before_a_newer_one_elsewhere(house) -> None:
    search.index(f"{KIND}:9", kind=KIND, title="Report", words="mentions srv")
    assert hits("srv") == ["3", "2", "9"]


def test_a_renewed_subject_is_found_by_its_new_words_only(house) -> None:
    search.index(f"{KIND}:2", kind=KIND, title="db-001")
    assert (hits("srv-042"), hits("db-001")) == ([], ["2"])


def test_a_forgotten_subject_is_not_found(house) -> None:
    search.forget(f"{KIND}:2")
    search.forget(f"{KIND}:2")
    assert (hits("srv-042"), SearchDoc.objects.filter(subject=f"{KIND}:2").exists()) == ([], False)


def test_the_index_is_sound_after_changes(house) -> None:
    search.index(f"{KIND}:2", kind=KIND, title="db-001")
    search.forget(f"{KIND}:3")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO common_searchindex(common_searchindex) VALUES ('integrity-check')")
    assert hits("db") == ["2"]


def test_what_the_room_withholds_is_not_found(house) -> None:
    search.index(f"{KIND}:hidden", kind=KIND, title="srv-secret")
    assert hits("srv-secret") == []


def test_a_user_finds_what_stands_in_their_units_and_what_stands_in_none(house, monkeypatch) -> None:
    search.index(f"{KIND}:a", kind=KIND, title="pump station", unit_id=1)
    search.index(f"{KIND}:b", kind=KIND, title="pump house", unit_id=2)
    search.index(f"{KIND}:c", kind=KIND, title="pump manual")
    user = User(email="a@example.org", name="A", is_active=True)
    user._scope = Scope({"analyst": frozenset({1})})
    assert [found.url for found in search.find(user, "pump")] == ["/c/", "/a/"]
    user._scope = Scope()
    assert [found.url for found in search.find(user, "pump")] == ["/c/"]


def test_a_limit_is_kept_and_a_kind_narrows(house) -> None:
    assert hits("srv", limit=1) == ["3"]
    assert hits("srv", kind="other.kind") == []


def test_a_filter_by_words_gives_identifiers(db) -> None:
    user = User.objects.create(email="ana@example.org", name="Ana")
    User.objects.create(email="eva@example.org", name="Eva")
    search.index(user.subject, kind="common.user", title=user.name)
    found = User.objects.filter(uid__in=search.matching_uids("an", "common.user"))
    assert list(found) == [user]
    assert search.matching_uids("?!", "common.user") is None


@pytest.fixture
def users(db) -> None:
    for n, name in enumerate(
        ["Ana", "Ana Bo", "Abe", "Xana", "Anabel", "Bo Ana", "Axe", "Máximo O'Brien", "Łódź 東京"]
    ):
        user = User.objects.create(email=f"{n}@example.org", name=name)
        search.index(user.subject, kind="common.user", title=name)
    search.index(f"common.user:{uuid4()}", kind="common.user", title="Ana who is gone")
    search.index(f"{KIND}:a", kind=KIND, title="Ana of another kind")


@pytest.mark.parametrize(
    "text", ["a", "ana", "x", "ana b", "bo ana", "zzz", "o brien", "maximo", "brie o", "東", "lodz", "_", "ana_bo"]
)
def test_rows_are_found_by_key_and_asked_one_by_one_alike(users, text) -> None:
    *whole, begun = search.fold(text) or [""]
    held = {user.pk: search.fold(user.name) for user in User.objects.all() if begun}
    fits = {pk for pk, of in held.items() if set(whole) <= set(of) and any(word.startswith(begun) for word in of)}
    keys = User.objects.filter(pk__among=search.some(text, "common.user").keys)
    assert {user.pk for user in keys} == fits
    if begun:
        held = search.Held(text, "common.user")
        assert {user.pk for user in User.objects.filter(pk__holding=held)} == fits
        assert {user.pk for user in User.objects.filter(pk__newest=held)} == fits


def test_the_newest_are_kept_where_very_many_fit(users, monkeypatch) -> None:
    held = search.Held("a", "common.user")
    assert not held.are_too_many()
    monkeypatch.setattr(search, "MOST_SORTED", 3)
    assert held.are_too_many()
    assert {user.name for user in User.objects.filter(pk__newest=held)} == {"Bo Ana", "Axe"}


def test_a_row_that_is_told_needs_no_look(db, django_assert_num_queries) -> None:
    user = User.objects.create(email="ana@example.org", name="Ana")
    doc = search.Doc(user.subject, "common.user", "Ana", row=user.pk)
    search.index_many([doc])
    with django_assert_num_queries(3):
        search.index_many([doc])
    assert SearchDoc.objects.get().row == user.pk


def test_folding_knows_letters_with_strokes_and_compatibility_forms() -> None:
    assert search.fold("ﬁn Ⅻ ÆON İzmir \u0131ss\u0131z ½") == ["fin", "xii", "aeon", "izmir", "issiz", "1", "2"]


def test_a_very_long_word_and_very_many_words_are_cut(house) -> None:
    search.index(f"{KIND}:long", kind=KIND, title="t" * 400, words=" ".join(f"w{i}" for i in range(10_000)))
    assert hits("t" * 400) == ["long"]
    assert hits("w1000") == ["long"]


@pytest.fixture
def reader(house, client, settings):
    settings.ROOT_URLCONF = "alcaide.common.tests.pages"
    client.force_login(User.objects.create(email="ana@example.org", name="Ana"))
    return client


def test_the_page_groups_hits_by_kind(reader, monkeypatch) -> None:
    monkeypatch.setitem(registries._all.kinds, KIND, "Findable")
    page = reader.get("/search/", {"q": "srv"}).content.decode()
    assert "2 hits for “srv”." in page
    assert ">Findable</h2>" in page
    assert page.index("srv-043") < page.index("srv-042")


@pytest.mark.parametrize(
    ("query", "words"),
    [("", "What do you look for?"), ("?!", "What do you look for?"), ("<b>zzz", "Nothing found for “&lt;b&gt;zzz”")],
)
def test_the_page_says_what_to_do_when_nothing_is_found(reader, query: str, words: str) -> None:
    assert words in reader.get("/search/", {"q": query}).content.decode()
