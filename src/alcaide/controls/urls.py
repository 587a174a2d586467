"""Addresses of the room controls."""

from django.urls import path

from alcaide.controls import views, views_measure, views_tests

urlpatterns = [
    path("", views.MeasureList.as_view(), name="measures"),
    path("tag/", views.measures_tag, name="measures-tag"),
    path("new/", views.measure_new, name="measure-new"),
    path("<uuid:uid>/", views_measure.measure_page, name="measure"),
    path("<uuid:uid>/edit/", views.measure_edit, name="measure-edit"),
    path("<uuid:uid>/adopt/", views.measure_adopt, name="measure-adopt"),
    path("<uuid:uid>/in-place/", views.measure_place, name="measure-place"),
    path("<uuid:uid>/drop/", views.measure_drop, name="measure-drop"),
    path("<uuid:uid>/rules/", views.measure_link, name="measure-link"),
    path("<uuid:uid>/rules/<uuid:link>/remove/", views.measure_unlink, name="measure-unlink"),
    path("<uuid:uid>/test/", views_tests.test_new, name="measure-test-new"),
    path("<uuid:uid>/cadence/", views_tests.cadence, name="measure-cadence"),
    path("<uuid:uid>/tasks/new/", views_tests.task_new, name="measure-task-new"),
    path("tests/<uuid:uid>/", views_tests.test_page, name="measure-test"),
    *(
        path(f"tasks/<uuid:uid>/{act}/", views_tests.task_step, {"act": act}, name=f"measure-task-{act}")
        for act in ("done", "again")
    ),
]
