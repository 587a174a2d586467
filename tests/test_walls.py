"""A house with a matter full of one word: who is not named on it meets the word nowhere, members only inside."""

import ast
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest
from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

import test_matrix as matrix
from alcaide.assets.models import Asset
from alcaide.common import heads, registries
from alcaide.common.holds import exporting
from alcaide.common.models import Matter, TrailLine, User, is_inside_only, is_wallable
from alcaide.common.permissions import ROLES
from alcaide.common.purging.tests.factories import make_hold
from alcaide.organization.tests.factories import make_organization, make_unit, make_user
from matters import WORDS, make_full_matter
from rows import Rows
from walker import Walker

SOURCE = Path(__file__).resolve().parent.parent / "src" / "alcaide"
# Where the plain manager is read of models that are not known beforehand, each by who looks after the walls there.
PLAIN = {
    "assets/services": "lets every row follow a merged asset, and names a related row that it was given",
    "common/asof": "the subject of a row that an import named, no word of it",
    "common/about.py": "the unit, owner and version of a row, no word of it",
    "common/holds/queries.py": "leaves out what stands behind walls",
    "common/models/base.py": "a row by its key, for who has it already",
    "common/purging": "keeps and deletes, prints no row",
    "common/rights/queries.py": "the unit of a row, for who was let in to it",
    "common/retention": "rows that a rule lets go, none of them printed",
    "common/search.py": "keys of rows that were told to the search",
    "common/walls": "the walls themselves",
    "controls/sheets.py": "counts what hangs on a row before an import is undone",
    "organization/sheets": "counts what hangs on a person before an import is undone",
    "project/backup": "a backup holds everything, encrypted",
}  # fmt: skip
# What may print a word of a matter: its own tables, and the values that only members read.
INSIDE_TABLES = {"common_trailvalue"}


def _plain_managers() -> dict[str, set[str]]:
    """Return, file by file, the models or names whose plain manager the code reads."""
    found: dict[str, set[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if {"tests", "migrations"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "_base_manager":
                found.setdefault(str(path.relative_to(SOURCE)), set()).add(ast.unparse(node.value))
    return found


@pytest.mark.once
def test_no_room_reads_past_a_wall() -> None:
    """A room reads `objects`; the plain manager is for models that can never stand behind a wall."""
    walled = {model.__name__ for model in apps.get_models() if is_wallable(model) or is_inside_only(model)}
    known = {model.__name__ for model in apps.get_models()}
    for place, names in _plain_managers().items():
        if not place.startswith(tuple(PLAIN)):
            assert names <= known - walled, (place, names, "read through objects, or through walls.within")


def test_no_join_comes_to_what_stands_behind_a_wall() -> None:
    """Managers do not narrow joins: a row that may stand behind a wall must have no name to come back by."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if not isinstance(field, models.ForeignKey | models.ManyToManyField):
                continue
            if is_wallable(model) or is_inside_only(model):
                assert field.remote_field.hidden, f"{model._meta.label}.{field.name} needs related_name='+'"
            elif is_wallable(field.related_model):
                pytest.fail(f"{model._meta.label} hangs on {field.related_model}, so it must be Wallable too")


def test_every_manager_of_what_may_stand_behind_a_wall_is_an_ordinary_one() -> None:
    for model in apps.get_models():
        if is_wallable(model) or is_inside_only(model):
            assert all(_keeps_out(manager) for manager in model._meta.managers), model


def _keeps_out(manager: models.Manager) -> bool:
    """Tell whether a manager asks for ordinary rows, or for none at all."""
    try:
        return '"matter_id" IS NULL' in str(manager.all().query)
    except EmptyResultSet:
        return True


class Walls(TestCase):
    """One house with a full matter, a row of every kind, and people of every role."""

    counsel: User
    member: User
    matter: Matter
    rows: Rows

    @classmethod
    def setUpTestData(cls) -> None:
        make_organization()
        cls.counsel, cls.member = make_user("counsel"), make_user("analyst")
        cls.rows = Rows(make_unit("Murcia"))
        cls.matter = make_full_matter(cls.counsel, cls.member, about=cls.rows.made(Asset).subject)

    def test_the_word_stands_in_no_ordinary_table(self) -> None:
        for model in apps.get_models():
            if is_inside_only(model) or model._meta.db_table in INSIDE_TABLES:
                continue
            kinds = models.CharField | models.TextField | models.JSONField
            for name in [field.name for field in model._meta.concrete_fields if isinstance(field, kinds)]:
                held = model._base_manager.annotate(_text=models.functions.Cast(name, models.TextField()))
                assert not held.filter(_text__icontains=WORDS).exists(), (model._meta.label, name)

    def test_pages_that_tell_most_do_not_tell_it_to_who_is_not_named(self) -> None:
        for role in ("chief", "auditor"):
            self._tells_nothing(make_user(role), self._most())

    def test_to_no_role_is_the_matter_there_whatever_is_asked_about_it(self) -> None:
        asked = [reverse(name, args=[self.matter.subject]) for name in ("as-of", "as-of-who", "who-sees", "talk")]
        asked += [reverse("matter", args=[self.matter.uid])]
        for role in ROLES:
            walker = Walker(make_user(role), draws=False)
            for path in asked:
                self.assertEqual(walker.status("GET", path), 404, (role, path))
            self.assertNotIn(self.matter.subject, _read(walker.client, f"{reverse('search')}?q={WORDS[:4]}"))

    def test_a_member_reads_it_only_behind_the_wall(self) -> None:
        client = Client()
        client.force_login(self.member)
        told = [each for each in self._most() if WORDS in _read(client, each)]
        self.assertEqual(told, [reverse("matters"), reverse("matter", args=[self.matter.uid])])

    def test_exports_of_the_trail_and_of_holds_hold_commitments_only(self) -> None:
        chief = make_user("chief")
        last = TrailLine.objects.latest("seq").seq
        kept = "".join(repr(entry) for entry in heads._opened(last))
        self.assertNotIn(WORDS, kept)
        made = exporting.export(chief, make_hold(), to_whom="The court")
        self.assertNotIn(WORDS.encode(), b"".join(_unpacked(made.file)))

    def test_what_rooms_tell_upward_does_not_hold_it(self) -> None:
        today = timezone.localdate()
        for user in (make_user("chief"), self.member):
            told = [*registries.everything_due(user), *registries.due_in_brief(user)]
            told += registries.everything_dated(user, today, today + timedelta(days=365))
            told += [
                source(user, timezone.now() - timedelta(days=9), timezone.now() + timedelta(days=1))
                for _label, source in registries.audit_parts().values()
            ]
            self.assertNotIn(WORDS, repr(told))

    @pytest.mark.slow
    def test_no_page_tells_it_to_the_chief(self) -> None:
        self._tells_nothing(make_user("chief"), self._all())

    @pytest.mark.full
    def test_no_page_tells_it_to_who_looks_after_the_house(self) -> None:
        for role in ("administrator", "auditor", "counsel", "dpo"):
            self._tells_nothing(make_user(role), self._all())

    @pytest.mark.full
    def test_no_page_outside_the_wall_tells_it_to_a_member(self) -> None:
        inside = [each for each in self._all() if not each.startswith("/matters/")]
        self._tells_nothing(self.member, inside)

    def _most(self) -> list[str]:
        names = (
            "home", "search", "command", "trail", "holds", "notices", "retention", "purges", "year", "disclosed",
            "matters",
        )  # fmt: skip
        asked = [reverse(name) for name in names]
        searched = [f"{reverse(name)}?q={WORDS[:4]}" for name in ("search", "command")]
        asset = reverse("asset", args=[self.rows.made(Asset).uid])
        return [*asked[:-1], *searched, asset, asked[-1], reverse("matter", args=[self.matter.uid])]

    def _all(self) -> list[str]:
        """Return every address of the house with a row, those of the matter with the matter itself."""
        found = list(self._most())
        for each in matrix.addresses():
            if each.rule is None or each.rule.is_open or each.name in {"sign-out", *matrix.PROVES_FIRST}:
                continue
            own = each.pattern.startswith("/matters/<uuid:uid>/") and "<uuid:user>" not in each.pattern
            path = each.pattern.replace("<uuid:uid>", str(self.matter.uid)) if own else matrix.filled(each, self.rows)
            found.append(path)
        return found

    def _tells_nothing(self, user: User, paths: list[str]) -> None:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        told = [path for path in paths if WORDS in _read(client, path)]
        self.assertEqual(told, [])


def _read(client: Client, path: str) -> str:
    """Return what a page says, and what its list says as a file."""
    said = ""
    for answer in (client.get(path), client.post(path, {"export": "csv"})):
        content = answer.getvalue() if getattr(answer, "streaming", False) else answer.content
        said += content.decode("utf-8", "replace").replace(f"?q={WORDS[:4]}", "")
    return said


def _unpacked(file: IO[bytes]) -> list[bytes]:
    with zipfile.ZipFile(file) as packed:
        return [packed.read(name) for name in packed.namelist()]
