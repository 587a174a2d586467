"""Addresses of the room exposure."""

from django.urls import path

from alcaide.exposure import views, views_actions, views_decisions, views_limits, views_reports

urlpatterns = [
    path("", views_actions.action_list, name="actions"),
    path("actions/sums/", views_actions.action_sums, name="actions-sums"),
    path("actions/heading/", views_actions.action_heading, name="actions-heading"),
    path("actions/assign/", views_actions.assign, name="actions-assign"),
    path("actions/promise/", views_actions.promise, name="actions-promise"),
    path("actions/ask/", views_actions.ask, name="actions-ask"),
    path("actions/<uuid:uid>/", views_actions.action_page, name="action"),
    path("actions/<uuid:uid>/hours/", views_actions.hours, name="action-hours"),
    path("exceptions/", views_decisions.exception_list, name="exceptions"),
    path("exceptions/<uuid:uid>/", views_decisions.exception_page, name="exception"),
    path("exceptions/<uuid:uid>/approve/", views_decisions.exception_approve, name="exception-approve"),
    path("exceptions/<uuid:uid>/refuse/", views_decisions.exception_refuse, name="exception-refuse"),
    path("exceptions/<uuid:uid>/withdraw/", views_decisions.exception_withdraw, name="exception-withdraw"),
    path("exceptions/<uuid:uid>/end/", views_decisions.exception_end, name="exception-end"),
    path("exceptions/<uuid:uid>/renew/", views_decisions.exception_renew, name="exception-renew"),
    path("limits/", views_limits.limits_page, name="limits"),
    path("limits/change/", views_limits.limits_change, name="limits-change"),
    path("flaws/", views_limits.flaw_facts_list, name="flaw-facts-list"),
    path("flaws/facts/", views_limits.flaw_facts_file, name="flaw-facts-file"),
    path("flaws/<str:cve>/facts/", views_limits.flaw_facts, name="flaw-facts"),
    path("findings/", views.finding_list, name="findings"),
    path("findings/<uuid:uid>/", views.finding_page, name="finding"),
    path("findings/<uuid:uid>/ask/", views_decisions.finding_ask, name="finding-ask"),
    path("ports/", views_reports.port_list, name="ports"),
    path("reports/", views_reports.report_list, name="reports"),
    path("reports/new/", views_reports.report_new, name="report-new"),
    path("reports/<uuid:uid>/", views_reports.report_page, name="report"),
    path("reports/<uuid:uid>/aside.csv", views_reports.report_aside, name="report-aside"),
    path("reports/<uuid:uid>/targets.csv", views_reports.report_targets, name="report-targets"),
    path("reports/<uuid:uid>/confirm/", views_reports.report_confirm, name="report-confirm"),
]
