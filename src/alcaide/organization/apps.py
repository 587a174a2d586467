"""The room `organization` and what it offers to the rooms above."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganizationConfig(AppConfig):
    name = "alcaide.organization"
    label = "organization"

    def ready(self) -> None:
        from alcaide.common import clock, eyes, monitors, permissions, registries  # noqa: PLC0415  models load only now
        from alcaide.common.jobs import every  # noqa: PLC0415  models load only now
        from alcaide.common.picking import Names, offer_names  # noqa: PLC0415  models load only now
        from alcaide.common.purging import held  # noqa: PLC0415  models load only now
        from alcaide.common.rights import queries as rights  # noqa: PLC0415  models load only now
        from alcaide.organization import acts, as_of, dates, due, jobs, keeping, queries, sheets  # noqa: PLC0415  as above
        from alcaide.organization import held_of as people_held  # noqa: PLC0415  as above
        from alcaide.organization.audited import roles  # noqa: PLC0415  models load only now
        from alcaide.organization.models import (  # noqa: PLC0415  models load only now
            SEE,
            Appetite,
            Fact,
            Liaison,
            Organization,
            Person,
            Qualification,
            Rate,
            Unit,
        )
        from alcaide.organization.queries import kept, places, subjects  # noqa: PLC0415  models load only now

        permissions.provide_scopes(queries.scope)
        held.provide_units(kept.units_inside, names=kept.unit_choices)
        clock.provide_zone(queries.time_zone)
        eyes.provide_people(queries.people_of_eyes())
        eyes.offer(*acts.ACTS)
        monitors.provide_places(places.places_of_monitors())
        monitors.offer_held("organization", people_held.held)
        rights.provide_holders(queries.who_could, queries.may_do)
        registries.offer_role_words(queries.role_words)
        registries.offer_nav(registries.NavItem("Office", "Organization", "organization", "settings", 900, SEE))
        registries.offer_subject(subjects.USER, "Sign-in", subjects.user_subject)
        registries.offer_subjects(subjects.USER, subjects.user_subjects)
        registries.offer_subject(Organization.SUBJECT, "Organization", subjects.organization_subject)
        registries.offer_subject(Fact.SUBJECT, "Fact", subjects.fact_subject)
        registries.offer_subjects(Fact.SUBJECT, subjects.fact_subjects)
        registries.offer_subject(Appetite.SUBJECT, "Appetite", subjects.appetite_subject)
        registries.offer_subject(Unit.SUBJECT, "Unit", queries.unit_subject)
        registries.offer_subjects(Unit.SUBJECT, subjects.unit_subjects)
        registries.offer_subject(Person.SUBJECT, "Person", queries.person_subject)
        registries.offer_subjects(Person.SUBJECT, subjects.people_subjects)
        offer_names(Person.SUBJECT, Names(queries.people_to_name, queries.person_words, SEE))
        registries.offer_subject(Qualification.SUBJECT, "Qualification", subjects.qualification_subject)
        registries.offer_subjects(Qualification.SUBJECT, subjects.qualification_subjects)
        registries.offer_subject(Liaison.SUBJECT, "Liaison", subjects.liaison_subject)
        registries.offer_subjects(Liaison.SUBJECT, subjects.liaison_subjects)
        registries.offer_subject(Rate.SUBJECT, "Rate of a currency", subjects.rate_subject)
        registries.offer_subjects(Rate.SUBJECT, subjects.rate_subjects)
        registries.offer_audit("roles", _("Roles granted and changed"), roles)
        registries.offer_dates("organization", dates.dates, is_weekly=True)
        registries.offer_date_kinds(*dates.date_kinds())
        registries.offer_due("organization", due.due, brief=due.brief)
        sheets.offer()
        keeping.offer()
        as_of.offer()
        every(jobs.CLOSE, function=jobs.close_leavers, seconds=jobs.CLOSE_EVERY_S, about="Sign-ins of who left")
