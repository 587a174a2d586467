"""The room `assets` and what it offers to the rooms above."""

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "alcaide.assets"
    label = "assets"

    def ready(self) -> None:
        from alcaide.assets import queries  # noqa: PLC0415  models load only now
        from alcaide.assets.models import SEE, Asset, Place  # noqa: PLC0415
        from alcaide.common import registries  # noqa: PLC0415

        registries.offer_nav(registries.NavItem("Estate", "Assets", "assets", "stack-2", 200, SEE))
        registries.offer_subject(Asset.SUBJECT, "Asset", queries.asset_subject)
        registries.offer_subject(Place.SUBJECT, "Place", queries.place_subject)
