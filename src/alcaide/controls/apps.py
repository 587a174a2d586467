"""The room `controls` and what it offers to the rooms above."""

from django.apps import AppConfig

from alcaide.common import guards


class ControlsConfig(AppConfig):
    name = "alcaide.controls"
    label = "controls"

    def ready(self) -> None:
        guards.keep("controls.MeasureTest", keys=("id", "uid"))
        from alcaide.common import registries, sheets  # noqa: PLC0415  models load only now
        from alcaide.controls import as_of, due, jobs, queries  # noqa: PLC0415  models load only now
        from alcaide.controls.models import SEE, Measure, MeasureTask, MeasureTest  # noqa: PLC0415  as above
        from alcaide.controls.sheets import SHEET  # noqa: PLC0415  models load only now

        as_of.offer()
        registries.offer_due("controls", due.due, brief=due.brief)
        registries.offer_dates("controls", due.dates, is_weekly=True)
        registries.offer_date_kinds(*due.date_kinds())
        registries.offer_subject(Measure.SUBJECT, "Measure", queries.subject)
        registries.offer_subjects(Measure.SUBJECT, queries.subjects)
        registries.offer_subject(MeasureTest.SUBJECT, "Test of a measure", queries.test_subject)
        registries.offer_subject(MeasureTask.SUBJECT, "Task", queries.task_subject)
        registries.offer_nav(registries.NavItem("Risk", "Measures", "measures", "target", 120, SEE, count=due.waiting))
        sheets.offer(SHEET)
        jobs.keep_looking()
