"""Addresses of the room organization."""

from django.urls import path

from alcaide.organization.tables_staff import LiaisonsPage, QualificationsPage
from alcaide.organization.views import facts, overview, people, rates, records, roles, staff, units

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
    path("units/<uuid:uid>/facts/", facts.facts, name="unit-facts"),
    path("units/<uuid:uid>/facts/<slug:key>/", facts.fact_edit, name="unit-fact"),
    path("units/<uuid:uid>/facts/<slug:key>/history/", facts.fact_told, name="unit-fact-history"),
    path("rates/", rates.rates_page, name="rates"),
    path("rates/new/", rates.rate_new, name="rate-new"),
    path("rates/<uuid:uid>/", records.RatePage.as_view(), name="rate"),
    path("rates/counting/", rates.counting_edit, name="counting-edit"),
    path("people/lists/", rates.lists, name="people-lists"),
    path("people/lists/<uuid:uid>/confirm/", rates.list_confirm, name="people-list-confirm"),
    path("people/<uuid:uid>/qualification/", staff.qualification_new, name="qualification-new"),
    path("people/<uuid:uid>/absence/", staff.absence_new, name="absence-new"),
    path("qualifications/", QualificationsPage.as_view(), name="qualifications"),
    path("qualifications/<uuid:uid>/", records.QualificationPage.as_view(), name="qualification"),
    path("qualifications/<uuid:uid>/verify/", staff.qualification_verify, name="qualification-verify"),
    path("qualifications/<uuid:uid>/withdraw/", staff.qualification_withdraw, name="qualification-withdraw"),
    path("qualifications/<uuid:uid>/paper/", staff.qualification_paper, name="qualification-paper"),
    path("absences/<uuid:uid>/back/", staff.absence_back, name="absence-back"),
    path("liaisons/", LiaisonsPage.as_view(), name="liaisons"),
    path("liaisons/new/", staff.liaison_new, name="liaison-new"),
    path("liaisons/<uuid:uid>/", records.LiaisonPage.as_view(), name="liaison"),
    path("liaisons/<uuid:uid>/edit/", staff.liaison_edit, name="liaison-edit"),
    path("appetite/", overview.appetite_new, name="appetite-new"),
]
