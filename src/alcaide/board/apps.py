"""The room `board` and what it offers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BoardConfig(AppConfig):
    name = "alcaide.board"
    label = "board"

    def ready(self) -> None:
        from alcaide.board import audited, due, subjects  # noqa: PLC0415  models load only now
        from alcaide.board.models import AUDIT, SEE, ProposedDay, QuietTime  # noqa: PLC0415  models load only now
        from alcaide.common.notices.kinds import Kind, offer_kind  # noqa: PLC0415  as above
        from alcaide.common.registries import NavItem, offer_audit, offer_due, offer_nav, offer_subject  # noqa: PLC0415  as above
        from alcaide.risk.models import SEE as RISK_SEE  # noqa: PLC0415  as above

        offer_kind(Kind("handed", _("Somebody hands me something"), _("Or declines what I handed on."), "send"))
        offer_kind(Kind("proposed_day", _("Somebody moves a day of mine, or proposes another"), icon="calendar-due"))
        offer_due("board", due.due)
        offer_audit("decisions", _("Plans decided on"), audited.decisions)
        offer_audit("figures", _("Figures computed"), audited.figures)
        offer_nav(NavItem("House", "For the auditor", "audit", "certificate", 915, AUDIT))
        offer_subject(ProposedDay.SUBJECT, "Proposed day", subjects.proposed_day)
        offer_subject(QuietTime.SUBJECT, "Quiet time", subjects.quiet_time)
        offer_nav(NavItem("", "Home", "home", "home", 10))
        offer_nav(NavItem("", "Board", "board", "building-castle", 20, SEE))
        offer_nav(NavItem("", "The year", "year", "calendar-due", 25))
        offer_nav(NavItem("", "What changed", "changed", "history", 30, RISK_SEE))
