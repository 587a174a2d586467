"""Addresses of the room organization."""

from django.urls import path

from alcaide.organization.views import overview, people, roles, units

urlpatterns = [
    path("", overview.overview, name="organization"),
    path("units/new/", units.unit_new, name="unit-new"),
    path("units/<uuid:uid>/", units.UnitPage.as_view(), name="unit"),
    path("units/<uuid:uid>/edit/", units.unit_edit, name="unit-edit"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_new, name="person-new"),
    path("people/<uuid:uid>/", people.PersonPage.as_view(), name="person"),
    path("people/<uuid:uid>/edit/", people.person_edit, name="person-edit"),
    path("people/<uuid:uid>/link/", people.person_link, name="person-link"),
    path("people/<uuid:uid>/close/", people.person_close, name="person-close"),
    path("roles/", roles.grant_new, name="grant-new"),
    path("roles/<uuid:uid>/renew/", roles.grant_renew, name="grant-renew"),
    path("roles/<uuid:uid>/withdraw/", roles.grant_withdraw, name="grant-withdraw"),
    path("appetite/", overview.appetite_new, name="appetite-new"),
]
