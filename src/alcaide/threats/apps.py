"""The room `threats` and what it offers to the rooms above."""

from django.apps import AppConfig


class ThreatsConfig(AppConfig):
    name = "alcaide.threats"
    label = "threats"
