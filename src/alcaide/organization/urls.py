"""Addresses of the room organization."""

from django.urls import path

from alcaide.organization import views

urlpatterns = [
    path("", views.overview, name="organization"),
    path("units/new/", views.unit_new, name="unit-new"),
    path("units/<uuid:uid>/", views.unit_edit, name="unit"),
    path("people/", views.people, name="people"),
    path("people/new/", views.person_new, name="person-new"),
    path("people/<uuid:uid>/", views.person_edit, name="person"),
    path("people/<uuid:uid>/link/", views.person_link, name="person-link"),
    path("roles/", views.grant_new, name="grant-new"),
    path("roles/<uuid:uid>/withdraw/", views.grant_withdraw, name="grant-withdraw"),
    path("appetite/", views.appetite_new, name="appetite-new"),
]
