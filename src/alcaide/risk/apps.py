"""The room `risk` and what it offers to the rooms above."""

from django.apps import AppConfig

from alcaide.common import guards


class RiskConfig(AppConfig):
    name = "alcaide.risk"
    label = "risk"

    def ready(self) -> None:
        guards.keep("risk.Run", keys=("id", "uid", "number"))
        guards.keep("risk.Proposal", keys=("id", "uid"))
        guards.keep("risk.Estimate", keys=("id", "uid"))
        from alcaide.common import eyes, registries  # noqa: PLC0415  models load only now
        from alcaide.exposure.queries import Chosen  # noqa: PLC0415  models load only now
        from alcaide.risk import acts, as_of, due, jobs, pieces  # noqa: PLC0415  models load only now
        from alcaide.risk.models import SEE  # noqa: PLC0415  models load only now
        from alcaide.risk.queries import subjects  # noqa: PLC0415  models load only now

        eyes.offer(*acts.ACTS)
        as_of.offer()
        registries.offer_due("risk", due.due, brief=due.brief)
        registries.offer_dates("risk", due.dates, is_weekly=True)
        registries.offer_date_kinds(*due.date_kinds())
        registries.offer_as_of(due.as_of)
        registries.offer_subject("risk.scenario", "Scenario", subjects.scenario_subject)
        registries.offer_subjects("risk.scenario", subjects.scenario_subjects)
        registries.offer_subject("risk.run", "Run", subjects.run_subject)
        registries.offer_subjects("risk.run", subjects.run_subjects)
        registries.offer_subject("risk.proposal", "Plan", subjects.proposal_subject)
        registries.offer_subject("risk.tolerance", "Tolerated risk", subjects.tolerance_subject)
        registries.offer_subject("risk.budget", "Budget", subjects.budget_subject)
        registries.offer_nav(registries.NavItem("Risk", "Risk register", "scenarios", "chart-line", 110, SEE))
        registries.offer_nav(registries.NavItem("Risk", "Library", "library-scenarios", "books", 130, SEE))
        registries.offer_pieces("controls.measure", "risk", pieces.leaves)
        registries.offer_pieces(Chosen.KIND, "risk", pieces.removed)
        jobs.keep_looking()
