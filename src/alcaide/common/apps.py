"""The shared room."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class CommonConfig(AppConfig):
    name = "alcaide.common"
    label = "common"
    verbose_name = "Common"

    def ready(self) -> None:
        from alcaide.common import guards  # noqa: PLC0415  models can be named only once the apps are loaded
        from alcaide.common.purging import guard  # noqa: PLC0415  models load only now

        connection_created.connect(guard.install, dispatch_uid="alcaide.purging")
        post_migrate.connect(guards.install_after_migrate, dispatch_uid="alcaide.guards")
        from alcaide.common.history import TRAIL_SEE  # noqa: PLC0415  models load only now
        from alcaide.common.lists.saved import view_subject  # noqa: PLC0415  models load only now
        from alcaide.common.models import SavedView  # noqa: PLC0415  models load only now
        from alcaide.common.registries import NavItem, offer_nav, offer_subject  # noqa: PLC0415  models load only now
        from alcaide.common.views_jobs import offer_jobs  # noqa: PLC0415  models load only now

        offer_subject(SavedView.SUBJECT, "Saved view", view_subject)
        offer_jobs()
        offer_nav(NavItem("House", "Trail", "trail", "history", 920, TRAIL_SEE))
        from alcaide.common.asof.offers import offer_as_of_own  # noqa: PLC0415  models load only now
        from alcaide.common.audited.offers import offer_audited  # noqa: PLC0415  models load only now
        from alcaide.common.eyes.offers import offer_eyes  # noqa: PLC0415  models load only now
        from alcaide.common.holds.offers import offer_holds  # noqa: PLC0415  models load only now
        from alcaide.common.monitors.offers import offer_monitors  # noqa: PLC0415  models load only now
        from alcaide.common.notices.offers import offer_notices  # noqa: PLC0415  models load only now
        from alcaide.common.retention.offers import offer_retention  # noqa: PLC0415  models load only now
        from alcaide.common.talk.offers import offer_talk  # noqa: PLC0415  models load only now
        from alcaide.common.walls.offers import offer_walls  # noqa: PLC0415  models load only now

        offer_holds()
        offer_notices()
        offer_retention()
        offer_talk()
        offer_walls()
        offer_eyes()
        offer_audited()
        offer_as_of_own()
        offer_monitors()
