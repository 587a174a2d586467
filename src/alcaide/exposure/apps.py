"""The room `exposure` and what it offers to the rooms above."""

from django.apps import AppConfig


class ExposureConfig(AppConfig):
    name = "alcaide.exposure"
    label = "exposure"

    def ready(self) -> None:
        from alcaide.common.jobs import every  # noqa: PLC0415  models load only now
        from alcaide.exposure import jobs  # noqa: PLC0415

        every(jobs.RENEW, function=jobs.renew_limits, seconds=jobs.RENEW_EVERY_S, about="Time limits of findings")
