"""Addresses of the imports."""

from django.urls import URLPattern, path

from alcaide.common.sheets import views
from alcaide.common.sheets.tables import ImportsPage

urlpatterns: list[URLPattern] = [
    path("", ImportsPage.as_view(), name="imports"),
    path("new/", views.import_new, name="import-new"),
    path("template/<str:kind>.<str:form>", views.import_template, name="import-template"),
    path("<uuid:uid>/", views.import_page, name="import"),
    path("<uuid:uid>/columns/", views.import_columns, name="import-columns"),
    path("<uuid:uid>/layout/", views.import_layout, name="import-layout"),
    path("<uuid:uid>/do/", views.import_do, name="import-do"),
    path("<uuid:uid>/go-on/", views.import_go_on, name="import-go-on"),
    path("<uuid:uid>/give-up/", views.import_give_up, name="import-give-up"),
    path("<uuid:uid>/undo/", views.import_undo, name="import-undo"),
    path("<uuid:uid>/to-correct.<str:form>", views.import_wrong, name="import-wrong"),
]
