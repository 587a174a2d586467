"""The project as an application, so that its pages and commands are found and its jobs repeat."""

from django.apps import AppConfig

AN_HOUR_S = 3600


class ProjectConfig(AppConfig):
    name = "alcaide.project"
    label = "project"

    def ready(self) -> None:
        from alcaide.common.jobs import every  # noqa: PLC0415  models load only now
        from alcaide.common.registries import offer_start  # noqa: PLC0415  models load only now
        from alcaide.project import following  # noqa: PLC0415  models load only now
        from alcaide.project.backup import offers as backups  # noqa: PLC0415  models load only now
        from alcaide.project.jobs import clear_unfinished_files, sign_trail_head  # noqa: PLC0415  models load only now
        from alcaide.project.signing import administration, emergency, lost  # noqa: PLC0415  models load only now
        from alcaide.project.starts import STARTS  # noqa: PLC0415  models load only now

        every("trail.sign_head", function=sign_trail_head, seconds=AN_HOUR_S, about="Sign the trail's head")
        every("files.clear_unfinished", function=clear_unfinished_files, at="03:40", about="Clear broken uploads")
        offer_start(*STARTS)
        following.offer()
        backups.offer()
        emergency.offer()
        lost.offer()
        administration.offer()
        every("sign_in.forget_ended", function=emergency.forget_places, at="03:50", about="Forget ended sign-ins")
        every("sign_in.end_break_glass", function=emergency.end_over, seconds=300, about="End emergency access")
