"""The room `organization` and what it offers to the rooms above."""

from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "alcaide.organization"
    label = "organization"

    def ready(self) -> None:
        from alcaide.common import permissions, registries  # noqa: PLC0415  models load only now
        from alcaide.organization import queries  # noqa: PLC0415

        permissions.provide_scopes(queries.scope)
        registries.offer_role_words(queries.role_words)
