"""The room `threats` and what it offers to the rooms above."""

from django.apps import AppConfig


class ThreatsConfig(AppConfig):
    name = "alcaide.threats"
    label = "threats"

    def ready(self) -> None:
        from alcaide.common import registries  # noqa: PLC0415  models load only now
        from alcaide.threats import due, jobs, queries  # noqa: F401, PLC0415  the import of jobs declares them
        from alcaide.threats.models import SEE, Feed  # noqa: PLC0415  models load only now

        registries.offer_nav(registries.NavItem("Risk", "Threats", "threats", "radar-2", 140, SEE))
        registries.offer_due("threats", due.due)
        registries.offer_subject(Feed.SUBJECT, "Threat feed", queries.subject)
        registries.offer_subjects(Feed.SUBJECT, queries.subjects)
