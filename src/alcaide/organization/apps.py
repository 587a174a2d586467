"""The room `organization` and what it offers to the rooms above."""

from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "alcaide.organization"
    label = "organization"
