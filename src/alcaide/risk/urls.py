"""Addresses of the room risk."""

from django.urls import path

from alcaide.risk import (
    views_estimates,
    views_library,
    views_library_many,
    views_plan,
    views_runs,
    views_scenarios,
    views_ties,
    views_tolerances,
)
from alcaide.risk.views_compare import compare_page
from alcaide.risk.views_register import ScenarioList, where_page

urlpatterns = [
    path("scenarios/", ScenarioList.as_view(), name="scenarios"),
    path("scenarios/where/", where_page, name="where"),
    path("scenarios/new/", views_scenarios.scenario_new, name="scenario-new"),
    path("scenarios/<uuid:uid>/", views_scenarios.scenario_page, name="scenario"),
    path("scenarios/<uuid:uid>/edit/", views_scenarios.scenario_edit, name="scenario-edit"),
    path("scenarios/<uuid:uid>/reach/", views_scenarios.scenario_reach, name="scenario-reach"),
    path("scenarios/<uuid:uid>/retire/", views_scenarios.scenario_retire, name="scenario-retire"),
    path("scenarios/<uuid:uid>/estimate/<slug:what>/", views_estimates.scenario_estimate, name="scenario-estimate"),
    path("scenarios/<uuid:uid>/estimate/<slug:what>/drawn/", views_estimates.estimate_drawing, name="estimate-drawing"),
    path("scenarios/<uuid:uid>/tolerate/", views_tolerances.tolerate, name="tolerate"),
    path("scenarios/<uuid:uid>/bow-tie/", views_ties.tie_page, name="bow-tie"),
    path("scenarios/<uuid:uid>/bow-tie/add/", views_ties.tie_add, name="tie-add"),
    *(
        path(f"bow-tie/<uuid:uid>/{act}/", views_ties.tie_part, {"act": act}, name=f"tie-{act}")
        for act in ("change", "up", "down", "remove", "place")
    ),
    path("bow-tie/measures/<uuid:uid>/take-off/", views_ties.tie_take_off, name="tie-take-off"),
    path("tolerated/", views_tolerances.ToleranceList.as_view(), name="tolerances"),
    path("tolerated/<uuid:uid>/", views_tolerances.tolerance_page, name="tolerance"),
    *(
        path(f"tolerated/<uuid:uid>/{act}/", views_tolerances.tolerance_decide, {"act": act}, name=f"tolerance-{act}")
        for act in ("agree", "refuse", "withdraw")
    ),
    path("effects/new/", views_estimates.effect_new, name="effect-new"),
    path("effects/<uuid:uid>/withdraw/", views_estimates.effect_withdraw, name="effect-withdraw"),
    path("runs/", views_runs.RunList.as_view(), name="runs"),
    path("runs/compare/", compare_page, name="compare"),
    path("runs/compute/", views_runs.compute, name="compute"),
    path("runs/<uuid:uid>/", views_runs.run_page, name="run"),
    path("runs/<uuid:uid>/again/", views_runs.run_again, name="run-again"),
    path("runs/<uuid:uid>/reperform.zip", views_runs.run_kit, name="run-kit"),
    path("runs/<uuid:uid>/inputs.json", views_runs.run_inputs, name="run-inputs"),
    path("runs/<uuid:uid>/results.json", views_runs.run_results, name="run-results"),
    path("library/scenarios/", views_library.LibraryScenarios.as_view(), name="library-scenarios"),
    path("library/take/", views_library_many.library_take_many, name="library-take-many"),
    path("library/propose/", views_library_many.library_propose_many, name="library-propose-many"),
    path("library/scenarios/<slug:key>/", views_library.library_scenario, name="library-scenario"),
    path("library/scenarios/<slug:key>/take/", views_library.library_take, name="library-take"),
    path("library/measures/", views_library.LibraryMeasures.as_view(), name="library-measures"),
    path("library/measures/<slug:key>/", views_library.library_measure, name="library-measure"),
    path("library/measures/<slug:key>/propose/", views_library.library_propose, name="library-propose"),
    path("plan/", views_plan.plan_page, name="plan"),
]
