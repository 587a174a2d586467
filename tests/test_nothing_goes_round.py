"""Every room's rows go through one mechanism, and every hold stops it: read from the code, and tried on every model."""

import ast
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.utils import timezone

from alcaide.common import purging
from alcaide.common.jobs import upkeep as jobs_upkeep
from alcaide.common.models import PurgeRun, RetentionRule
from alcaide.common.purging.declared import how, models_of_the_house
from alcaide.common.purging.held import keeps
from alcaide.common.purging.tests.factories import make_hold, make_old_row, make_row, make_user, release
from alcaide.common.retention import services
from alcaide.common.retention.declared import rule_of, rules
from alcaide.common.retention.queries import cut_of
from alcaide.common.trail import System

SOURCE = Path(__file__).resolve().parent.parent / "src" / "alcaide"
HOUSE = System("test")
WEEK = timedelta(days=7)
OWN_FOR_RULES = {
    "findings_closed": {"state": "closed"}, "import_lines": {"phase": "done"}, "jobs_ended": {"state": "done"},
    "letters": {"state": "sent"}, "comments": {"removed_at": None},
    "matter_drafts": {"kind": "draft"},
}  # fmt: skip
MECHANISM = SOURCE / "common" / "purging"
NOT_READ = {"migrations", "tests"}
SQL = ("DELETE FROM", "TRUNCATE ")


@pytest.mark.once
def test_no_code_of_a_room_deletes_by_itself():
    faults = [fault for path in sorted(SOURCE.rglob("*.py")) if _is_read(path) for fault in _deletions(path)]
    assert faults == []


def test_every_model_says_how_its_rows_go():
    assert [f"{fault.model}: {fault.words}" for fault in purging.faults()] == []


def _purged_models() -> list[str]:
    return sorted(model._meta.label for model in models_of_the_house() if how(model) is not None)


@pytest.mark.django_db
@pytest.mark.parametrize("label", _purged_models())
def test_a_hold_on_everything_keeps_every_kind_of_record_until_it_is_released(label):
    model = apps.get_model(label)
    hold, row = make_hold(), make_row(model)
    rows = model._base_manager.filter(pk=row.pk)

    first = purging.purge(HOUSE, rows, rule="test", why="A try")

    assert rows.exists()
    assert (first.gone, first.kept_rows) == (0, 1)
    assert [(each.hold, each.records) for each in first.kept] == [(hold.number, 1)]
    with pytest.raises(purging.Held):
        purging.remove(HOUSE, rows, why="A try")

    release(hold)
    then = purging.purge(HOUSE, rows, rule="test", why="A try")
    assert then.gone == 1
    assert not rows.exists()
    assert purging.check_ledger().faults == []
    assert PurgeRun.objects.filter(finished_at=None).count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("key", [rule.key for rule in rules()])
def test_a_hold_on_everything_stops_every_rule_of_retention_until_it_is_released(key):
    """A rule of a later room whose row is not found here needs its shape in `OWN_FOR_RULES`."""
    rule = rule_of(key)
    row = make_old_row(rule.table, **OWN_FOR_RULES.get(key, {}))
    services.register()
    RetentionRule.objects.exclude(key=key).update(state="stopped")
    RetentionRule.objects.filter(key=key).update(state="adopted", days=rule.days)
    assert rule.rows(cut_of(rule.days)).filter(pk=row.pk).exists()
    hold, fields = make_hold(), [field.attname for field in rule.table._meta.concrete_fields]
    as_it_was = rule.table._base_manager.values(*fields).get(pk=row.pk)

    def run(after_days: int):
        if rule.run_by:
            return jobs_upkeep.purge(SimpleNamespace(check_cancel=lambda: None, step=lambda *told: None))
        return services.run_all(now=timezone.now() + timedelta(days=after_days))

    run(0)
    assert rule.table._base_manager.values(*fields).get(pk=row.pk) == as_it_was
    release(hold)
    run(1)
    is_left = rule.rows(cut_of(rule.days)).filter(pk=row.pk).exists()
    assert is_left == (rule.then == "ask")
    assert purging.check_ledger().faults == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", models_of_the_house(), ids=lambda model: model._meta.label)
def test_every_model_can_be_asked_what_a_narrow_hold_keeps(model):
    user = make_user()
    subjects = (
        "organization.unit:0190a20a-0000-7000-8000-000000000001", "assets.asset:0190a20a-0000-7000-8000-000000000002",
        "organization.person:0190a20a-0000-7000-8000-000000000003", "system:jobs",
    )  # fmt: skip
    today = timezone.localdate()
    make_hold(users=(user,), subjects=subjects, from_on=today - WEEK, until_on=today + WEEK)
    (hold,) = purging.holds_in_force()
    found = model._base_manager.filter(keeps(model, hold)).count()
    assert found == (model._meta.label in {"common.User", "common.HoldCustodian"})


def _is_read(path: Path) -> bool:
    return MECHANISM not in path.parents and not NOT_READ & set(path.parts)


def _deletions(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        calls = isinstance(node, ast.Attribute) and node.attr in {"delete", "_raw_delete", "adelete"}
        says = isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lstrip().startswith(SQL)
        if calls or says:
            found.append(f"{path.relative_to(SOURCE)}:{node.lineno}")
    return found
