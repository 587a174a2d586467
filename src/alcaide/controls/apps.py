"""The room `controls` and what it offers to the rooms above."""

from django.apps import AppConfig


class ControlsConfig(AppConfig):
    name = "alcaide.controls"
    label = "controls"

    def ready(self) -> None:
        from alcaide.common import registries, sheets  # noqa: PLC0415  models load only now
        from alcaide.controls import due, queries  # noqa: PLC0415
        from alcaide.controls.models import SEE, Measure  # noqa: PLC0415
        from alcaide.controls.sheets import SHEET  # noqa: PLC0415

        registries.offer_due("controls", due.due)
        registries.offer_dates("controls", due.dates)
        registries.offer_subject(Measure.SUBJECT, "Measure", queries.subject)
        registries.offer_nav(registries.NavItem("Risk", "Measures", "measures", "target", 120, SEE, count=due.waiting))
        sheets.offer(SHEET)
