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
        from alcaide.risk import jobs  # noqa: PLC0415  models load only now

        jobs.keep_looking()
