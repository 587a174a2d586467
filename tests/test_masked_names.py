"""Whatever observes people is declared and reached through its monitor alone: read from the code, and tried on all."""

import ast
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from alcaide.common import monitors
from alcaide.common.eyes import act_of
from alcaide.common.models import MonitoredManager, OutsideMonitor, SignInLine
from alcaide.common.monitors.about_me import held_about, rooms_that_hold
from alcaide.common.permissions import ROLES, permissions
from alcaide.common.signing.services import Place, note
from alcaide.organization.tests.factories import make_organization, make_user
from alcaide.organization.tests.monitored import agree_to

SOURCE = Path(__file__).resolve().parent.parent / "src" / "alcaide"
MECHANISM = SOURCE / "common" / "monitors"
NOT_READ = {"migrations", "tests"}
DOORS = {"objects", "_default_manager", "_base_manager"}
INSIDE = {"opened", "named_rows"}
TYPED, ADDRESS = "marker-typed@nowhere.example", "203.0.113.77"


def _watched() -> list[type]:
    return [model for model in apps.get_models() if getattr(model, "MONITORED", "")]


def _modules() -> list[Path]:
    return [
        path for path in sorted(SOURCE.rglob("*.py"))
        if MECHANISM not in path.parents and not NOT_READ & set(path.relative_to(SOURCE).parts)
    ]  # fmt: skip


def _reached_past(path: Path) -> list[str]:
    """Return where a module reaches a monitored table, or the inside of the mechanism, by itself."""
    models = {model.__name__ for model in _watched()}
    tables = {model._meta.db_table for model in _watched()}
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        reaches = isinstance(node, ast.Attribute) and node.attr in DOORS and getattr(node.value, "id", "") in models
        names = isinstance(node, ast.Constant) and isinstance(node.value, str) and any(t in node.value for t in tables)
        takes = isinstance(node, ast.ImportFrom) and any(each.name in INSIDE for each in node.names)
        takes = takes and "monitor" in str(getattr(node, "module", ""))
        if reaches or names or takes:
            found.append(f"{path.relative_to(SOURCE)}:{node.lineno}")
    return found


@pytest.mark.once
def test_no_code_reads_a_monitored_stream_outside_the_mechanism():
    assert [fault for path in _modules() for fault in _reached_past(path)] == []


def test_the_reader_of_the_code_finds_what_goes_round(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "SOURCE", tmp_path)
    going = tmp_path / "round.py"
    for words in (
        "SignInLine.objects.all()", "SignInLine._base_manager.first()", "ask('SELECT * FROM common_signinline')",
        "from alcaide.common.models.monitored import opened",
    ):  # fmt: skip
        going.write_text(words)
        assert _reached_past(going) == ["round.py:1"], words


@pytest.mark.parametrize("model", _watched(), ids=lambda model: model._meta.label)
def test_every_watched_table_has_a_monitor_and_a_shut_door(model):
    monitor = monitors.monitor_of(model.MONITORED)
    assert monitor.table is model
    assert isinstance(model._default_manager, MonitoredManager)
    with pytest.raises(OutsideMonitor):
        model._default_manager.all()
    ways = {
        field.name for field in model._meta.concrete_fields if field.related_model and not field.remote_field.hidden
    }
    assert ways == set(), "give these related_name='+', so that no other table leads here"


@pytest.mark.parametrize("monitor", monitors.monitors(), ids=lambda monitor: monitor.key)
def test_every_monitor_says_all_it_reads_and_takes_two_roles_to_show_a_name(monitor):
    assert monitor.key == monitor.table.MONITORED
    columns = {field.name for field in monitor.table._meta.concrete_fields if not field.primary_key}
    assert columns == set(monitor.fields), "declare every column; the works council reads what is new"
    asks, answers = permissions()[monitor.ask_permission], permissions()[monitor.answer_permission]
    assert asks.takes_two
    assert answers.takes_two
    assert not asks.roles & answers.roles
    assert not act_of(monitor.act).may_override


@pytest.mark.django_db
def test_every_room_with_people_says_what_it_holds_about_them():
    make_organization()
    user = make_user("analyst")
    parts = list(held_about(user))
    assert {"common", "organization"} <= set(rooms_that_hold())
    assert len({part.key for part in parts}) == len(parts)
    for part in parts:
        assert all(str(each) for each in (part.label, part.purpose, part.kept, part.seen_by)), part.key


def _plain_addresses() -> Iterator[tuple[str, str]]:
    """Yield every address that stands without a key."""
    for name in get_resolver().reverse_dict:
        if isinstance(name, str) and name not in {"sign-out", "account_logout"}:
            with suppress(NoReverseMatch):
                yield name, reverse(name)


@pytest.mark.django_db
@pytest.mark.slow
def test_no_page_and_no_file_shows_what_stands_behind_a_mask():
    """What was typed at the door, and from which address, stands in the stream alone; every page is searched for it."""
    make_organization()
    agree_to("sign_ins", viewers=["chief"])
    note("refused", Place(ADDRESS, "Firefox"), email=TYPED, how="password")
    row = SignInLine._base_manager.get()
    assert (row.email, row.address) == (TYPED, ADDRESS)
    client = Client(raise_request_exception=False)
    client.force_login(make_user("chief"))
    read = 0
    for name, path in _plain_addresses():
        answer = client.get(path)
        said = b"".join(answer) if answer.streaming else answer.content
        assert TYPED.encode() not in said, name
        assert ADDRESS.encode() not in said, name
        read += answer.status_code == 200
    assert read > 50
    for role in ROLES:
        client.force_login(make_user(role))
        for asked in ({}, {"export": "csv"}, {"q": TYPED}):
            answer = client.get("/house/sign-ins/", asked)
            said = b"".join(answer) if answer.streaming else answer.content
            assert ADDRESS.encode() not in said, role
            assert said.count(TYPED.encode()) <= said.count(b'value="' + TYPED.encode()), role
    client.force_login(make_user("chief"))
    page = client.get("/house/sign-ins/")
    assert b"203.0.0.0/16" in page.content
    file = client.get("/house/sign-ins/", {"export": "csv"})
    said = b"".join(file) if file.streaming else file.content
    assert b"203.0.0.0/16" in said
    assert TYPED.encode() not in said
    assert ADDRESS.encode() not in said
