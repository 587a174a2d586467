"""Runs that an older engine made: computed again they say so, and by how much they differ."""

import json

import pytest
from django.utils import timezone

from alcaide.organization.tests.factories import HOUSE, make_organization
from alcaide.risk import services
from alcaide.risk.models import Run
from alcaide.risk.services.runs import _canonical, compute

pytestmark = pytest.mark.django_db

RANGES = {"basis": "judgement", "observations": 6.0, "estimate": "e"}
FIRE = {
    "uid": "a", "name": "Fire", "area": "physical", "frequency": {"low": 0.1, "high": 0.9, **RANGES},
    "loss": {"low": 10_000.0, "high": 300_000.0, **RANGES}, "through_flaw": None, "harm": None, "pressure": None,
    "clean": [], "in_place": [],
}  # fmt: skip
INPUTS = {
    "schema": "alcaide.run/1", "currency": "EUR", "seed": 7, "shared_swing": 0.25, "appetite": None,
    "scenarios": [FIRE], "unpriced": [], "measures": [], "links": [], "budget": None,
}  # fmt: skip
BY_ENGINE_1_0 = "39584b807b7ee41875d6463f7eee088e90bccee81931fcf8b6a5959bdd9ea961"
BAD_YEAR_BY_ENGINE_1_0 = 210788.35581569778


def test_a_run_of_the_first_schema_comes_out_the_same_or_names_the_engine_that_made_it():
    make_organization()
    results = {**compute(INPUTS, before=None), "bad_year": BAD_YEAR_BY_ENGINE_1_0}
    made = Run.objects.create(
        number=1, at=timezone.now(), cause="the first", currency="EUR", seed=7, engine="1.0",
        versions=json.dumps({"engine": "1.0"}), inputs=_canonical(INPUTS)[0], inputs_hash=_canonical(INPUTS)[1],
        results=_canonical(results)[0], results_hash=BY_ENGINE_1_0, mean_minor=0, low_minor=0, high_minor=0,
    )  # fmt: skip
    again = services.run_again(HOUSE, made)
    assert again.same or ("engine", "1.0") in [(name, then) for name, then, _ in again.changed]
    moved = {each.what: each.now for each in again.differs}
    assert moved.get("Bad year, 1 in 20", BAD_YEAR_BY_ENGINE_1_0) == pytest.approx(BAD_YEAR_BY_ENGINE_1_0, rel=1e-6)
