"""The room `exposure` and what it offers to the rooms above."""

from django.apps import AppConfig


class ExposureConfig(AppConfig):
    name = "alcaide.exposure"
    label = "exposure"

    def ready(self) -> None:
        from alcaide.common import files, registries  # noqa: PLC0415  models load only now
        from alcaide.common.jobs import every  # noqa: PLC0415
        from alcaide.exposure import due, jobs, queries  # noqa: PLC0415
        from alcaide.exposure.models import SEE, Finding, Report  # noqa: PLC0415

        late = queries.late_count
        registries.offer_nav(registries.NavItem("Estate", "Fix first", "findings", "list-numbers", 310, SEE, late))
        registries.offer_nav(registries.NavItem("Estate", "Reports", "reports", "report", 320, SEE))
        registries.offer_due("exposure", due.due)
        registries.offer_subject(Finding.SUBJECT, "Finding", queries.finding_subject)
        registries.offer_subject(Report.SUBJECT, "Report", queries.report_subject)
        files.offer_owner("exposure", queries.may_read_file)
        every(jobs.RENEW, function=jobs.renew_limits, seconds=jobs.RENEW_EVERY_S, about="Time limits of findings")
