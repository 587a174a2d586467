"""Addresses of the room exposure."""

from django.urls import path

from alcaide.exposure import views, views_reports

urlpatterns = [
    path("findings/", views.finding_list, name="findings"),
    path("findings/<uuid:uid>/", views.finding_page, name="finding"),
    path("reports/", views_reports.report_list, name="reports"),
    path("reports/new/", views_reports.report_new, name="report-new"),
    path("reports/<uuid:uid>/", views_reports.report_page, name="report"),
    path("reports/<uuid:uid>/aside.csv", views_reports.report_aside, name="report-aside"),
    path("reports/<uuid:uid>/confirm/", views_reports.report_confirm, name="report-confirm"),
]
