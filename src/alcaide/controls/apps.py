"""The room `controls` and what it offers to the rooms above."""

from django.apps import AppConfig


class ControlsConfig(AppConfig):
    name = "alcaide.controls"
    label = "controls"
