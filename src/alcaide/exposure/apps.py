"""The room `exposure` and what it offers to the rooms above."""

from django.apps import AppConfig


class ExposureConfig(AppConfig):
    name = "alcaide.exposure"
    label = "exposure"
