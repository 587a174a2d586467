"""The room `threats` and what it offers to the rooms above."""

from django.apps import AppConfig


class ThreatsConfig(AppConfig):
    name = "alcaide.threats"
    label = "threats"

    def ready(self) -> None:
        from alcaide.threats import jobs  # noqa: F401, PLC0415  models load only now; its import declares the jobs
