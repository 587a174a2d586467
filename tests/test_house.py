"""Rules of the house that hold in every room: who may import whom, sizes, pages, migrations."""

import re
import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from tools import check_sizes
from tools.contracts import Doors

from alcaide.project import prepare

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "alcaide"
TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))
OWN_STATIC = [
    path
    for path in sorted(PACKAGE.rglob("static/**/*"))
    if path.suffix in {".css", ".js", ".svg"} and "vendor" not in path.parts
]
ANOTHER_HOST = re.compile(r"""(?:src|href|action|url|import)\s*[=(]?\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
INLINE = re.compile(
    r"""<script(?![^>]*\bsrc=)[^>]*>\s*[^<\s]|<style\b|\s(?:style|on[a-z]+)\s*=\s*["']""", re.IGNORECASE
)
# The names of XML vocabularies look like addresses; nothing is fetched from them.
VOCABULARY = re.compile(r"""xmlns(?::\w+)?=["'][^"']*["']""")


def test_the_contracts_between_rooms_hold():
    linter = [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"]
    done = subprocess.run(linter, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def doors(*imports):
    graph = grimp.ImportGraph()
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    contract = Doors(
        name="doors", session_options={},
        contract_options={"house": "alcaide", "open": ["models"], "shared": ["common"], "keyholders": ["project"]},
    )  # fmt: skip
    return [str(found) for found in contract.check(graph, verbose=False).metadata["found"]]


def test_a_rooms_views_are_its_own():
    assert doors(("alcaide.risk.services", "alcaide.assets.views")) == [
        "alcaide.risk.services:1 imports alcaide.assets.views"
    ]


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("alcaide.risk.services", "alcaide.assets.models.hosts"),
        ("alcaide.risk.services", "alcaide.common.charts"),
        ("alcaide.risk.urls", "alcaide.risk.views"),
        ("alcaide.project.urls", "alcaide.risk.urls"),
        ("alcaide.risk.tests.test_runs", "alcaide.assets.tests.factories"),
    ],
)
def test_an_open_door_may_be_used(importer, imported):
    assert doors((importer, imported)) == []


@pytest.mark.once
def test_nothing_is_past_its_size():
    assert [str(size) for size in check_sizes.sizes(ROOT) if size.is_over] == []


@pytest.mark.parametrize("path", [*TEMPLATES, *OWN_STATIC], ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_page_asks_no_other_host(path):
    text = VOCABULARY.sub("", path.read_text(encoding="utf-8"))
    assert ANOTHER_HOST.findall(text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_page_carries_no_inline_script_or_style(path):
    assert INLINE.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration(capsys):
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    assert "No changes detected" in capsys.readouterr().out


def test_the_short_way_of_a_new_house_leads_to_the_same_models_as_the_long_one():
    whole = MigrationLoader(None, replace_migrations=False)
    joined = {key: each.replaces for key, each in whole.graph.nodes.items() if each.replaces}
    assert len(joined) >= 7
    short = MigrationLoader(None).project_state(list(joined))
    long = whole.project_state([steps[-1] for steps in joined.values()])
    assert MigrationAutodetector(long, short)._detect_changes() == {}
    assert MigrationAutodetector(short, long)._detect_changes() == {}


@pytest.mark.django_db
def test_a_house_that_began_with_an_older_joined_migration_goes_on():
    loader = MigrationLoader(None)
    for room, name in prepare.ONCE_JOINED:
        assert (room, name) not in loader.disk_migrations
        MigrationRecorder(connection).record_applied(room, name)
    assert prepare.prepare_database() == 0


def test_every_room_on_disk_is_installed():
    on_disk = {path.parent.name for path in PACKAGE.glob("*/apps.py")}
    installed = {
        config.name.rpartition(".")[2] for config in apps.get_app_configs() if config.name.startswith("alcaide.")
    }
    assert on_disk == installed
