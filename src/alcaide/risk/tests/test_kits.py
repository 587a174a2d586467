"""The kit of a run: the engine alone computes the run's figures from it, and what was tampered with shows."""

import copy
import hashlib
import io
import json
import subprocess
import sys
import zipfile

import pytest

from alcaide.assets.tests.factories import make_asset
from alcaide.common.models import TrailLine, TrailValue
from alcaide.engine.solve import check, load
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit
from alcaide.risk import services
from alcaide.risk.pricing import cases_of

from .factories import (
    estimate,
    leaves,
    make_measure,
    make_scenario,
    pressed,
    priced_scenario,
    run,
    scans_say,
    set_budget,
)
from .pages import as_role, page
from .test_old_runs import INPUTS

pytestmark = pytest.mark.django_db

ALONE = """
import sys
from alcaide.project.cli import main
code = main(["solve", "cases.json", "--check"])
assert not {"django", "alcaide.common"} & sys.modules.keys(), "the database was loaded"
sys.exit(code)
"""


@pytest.fixture
def made():
    """A second run with everything that a run can hold: flaws, a measure in place, harm, an appetite, a plan, moves."""
    scenario = priced_scenario("Ransomware", through_flaws=True, reach_unit=make_organization())
    estimate(scenario, "through_flaw", 0.01, 0.2)
    leaves(make_measure("Guards"), scenario, 0.4, 0.8)
    set_budget(50_000)
    with scans_say(pressed(make_asset(reached_from="internet")), pressed(make_asset(reached_from="internal"))):
        run()
        estimate(priced_scenario("Fire", area="physical"), "harm", 0.1, 2.0)
        return run()


def files_of(kit) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(kit.content)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def test_the_engine_alone_computes_every_figure_of_the_kit(made):
    document = load(files_of(services.reperform(HOUSE, made))["cases.json"])
    assert [case["id"] for case in document["cases"]] == ["today", "plan", "harm", "moves"]
    assert [str(miss) for miss in check(document)] == []
    assert document["cases"][0]["expected"]["mean"] == json.loads(made.results)["mean"]


@pytest.mark.slow
def test_a_changed_input_or_figure_fails(made):
    document = load(files_of(services.reperform(HOUSE, made))["cases.json"])
    today = document["cases"][0]
    for way in (("input", "streams", 0, "loss", "high"), ("input", "seed"), ("expected", "var", "0.95")):
        changed = copy.deepcopy(today)
        inner = changed
        for key in way[:-1]:
            inner = inner[key]
        inner[way[-1]] = inner[way[-1]] + 1 if way[-1] == "seed" else inner[way[-1]] * 1.001
        assert check({**document, "cases": [changed]}), way


@pytest.mark.slow
def test_a_kit_holds_what_the_trail_says_was_hashed(made):
    files = files_of(services.reperform(HOUSE, made))
    for line in files["SHA256SUMS"].splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name].encode()).hexdigest() == digest
    manifest = json.loads(files["manifest.json"])
    told = TrailValue.objects.get(line_id=manifest["trail"]["line"], field="inputs").value
    assert json.loads(told) == manifest["files"]["inputs.json"] == made.inputs_hash


@pytest.mark.slow
def test_the_same_run_gives_the_same_kit_and_the_trail_keeps_who_took_it(made):
    one, other = services.reperform(HOUSE, made), services.reperform(HOUSE, made)
    assert one.sha256 == other.sha256
    lines = TrailLine.objects.filter(subject=made.subject, verb="export_run")
    told = TrailValue.objects.filter(line__in=lines, field="sha256").values_list("value", flat=True)
    assert [json.loads(each) for each in told] == [one.sha256, one.sha256]


@pytest.mark.slow
def test_a_kit_is_handed_to_whoever_sees_the_whole_alone():
    unit = make_unit()
    priced_scenario(unit=unit)
    made = run()
    assert page(as_role("head", unit), "run-kit", made.uid).status_code == 403
    answer = page(as_role("auditor"), "run-kit", made.uid)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")


def test_a_run_of_the_first_schema_has_a_kit_too():
    results = services.runs.compute(INPUTS, before=None)
    assert check(cases_of(INPUTS, results, before=None)) == []


def test_a_run_without_a_priced_scenario_has_a_kit_that_says_so():
    retired = priced_scenario()
    run()
    services.retire(HOUSE, retired)
    make_scenario("Flood")
    files = files_of(services.reperform(HOUSE, run()))
    assert "no scenario that could be priced" in files["README.txt"]
    assert check(load(files["cases.json"])) == []


@pytest.mark.slow
def test_a_clean_process_without_a_house_computes_it_and_refuses_a_tampered_one(made, tmp_path):
    kit = services.reperform(HOUSE, made)
    with zipfile.ZipFile(io.BytesIO(kit.content)) as packed:
        packed.extractall(tmp_path)

    def solved():
        return subprocess.run(
            [sys.executable, "-c", ALONE], cwd=tmp_path, env={"PYTHONPATH": ":".join(sys.path)},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    whole = solved()
    assert (whole.returncode, whole.stdout.strip()) == (0, "4 of 4 cases within tolerance"), whole.stderr
    cases = tmp_path / "cases.json"
    cases.write_text(cases.read_text().replace('"observations": 6', '"observations": 5', 1))
    assert solved().returncode == 1
