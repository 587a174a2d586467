"""The room `exposure` and what it offers to the rooms above."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExposureConfig(AppConfig):
    name = "alcaide.exposure"
    label = "exposure"

    def ready(self) -> None:
        from alcaide.assets.models import Asset  # noqa: PLC0415  models load only now
        from alcaide.common import eyes, files, registries  # noqa: PLC0415  models load only now
        from alcaide.common.jobs import every  # noqa: PLC0415  models load only now
        from alcaide.common.lists import offer_undo  # noqa: PLC0415  models load only now
        from alcaide.exposure import (  # noqa: PLC0415  models load only now
            acts,
            as_of,
            audited,
            due,
            jobs,
            keeping,
            pieces,
            queries,
        )
        from alcaide.exposure.models import SEE, Action, Decision, Finding, Report  # noqa: PLC0415  as above
        from alcaide.exposure.services import promising  # noqa: PLC0415  models load only now

        keeping.offer()
        as_of.offer()
        eyes.offer(*acts.ACTS)
        offer_undo(promising.UNDO, promising.put_back)
        late = queries.late_action_count
        registries.offer_audit("reports", _("Reports brought in"), audited.brought_in)
        registries.offer_nav(registries.NavItem("Risk", "Fix first", "actions", "list-numbers", 130, SEE, late))
        registries.offer_nav(registries.NavItem("Estate", "Findings", "findings", "bug", 310, SEE))
        registries.offer_nav(registries.NavItem("Risk", "Exceptions", "exceptions", "gavel", 135, SEE))
        registries.offer_nav(registries.NavItem("Estate", "Reports", "reports", "report", 320, SEE))
        registries.offer_nav(registries.NavItem("Estate", "Open ports", "ports", "network", 315, SEE))
        registries.offer_pieces(Asset.SUBJECT, "exposure.ports", pieces.ports)
        registries.offer_due("exposure", due.due, brief=due.brief)
        registries.offer_dates("exposure", due.dates, is_weekly=True)
        registries.offer_date_kinds(*due.date_kinds())
        registries.offer_subject(Action.SUBJECT, "Action", queries.action_subject)
        registries.offer_subject(Decision.SUBJECT, "Exception", queries.decision_subject)
        registries.offer_subject(Finding.SUBJECT, "Finding", queries.finding_subject)
        registries.offer_subjects(Action.SUBJECT, queries.action_subjects)
        registries.offer_subjects(Decision.SUBJECT, queries.decision_subjects)
        registries.offer_subjects(Finding.SUBJECT, queries.finding_subjects)
        registries.offer_subject(Report.SUBJECT, "Report", queries.report_subject)
        registries.offer_subjects(Report.SUBJECT, queries.report_subjects)
        files.offer_owner("exposure", queries.may_read_file)
        every(jobs.RENEW, function=jobs.renew_limits, seconds=jobs.RENEW_EVERY_S, about="Time limits of findings")
