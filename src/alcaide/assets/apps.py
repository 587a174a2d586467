"""The room `assets` and what it offers to the rooms above."""

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "alcaide.assets"
    label = "assets"

    def ready(self) -> None:
        from alcaide.assets import as_of, due, jobs, queries  # noqa: F401, PLC0415  models load only now; jobs declare themselves
        from alcaide.assets.models import CHANGE, SEE, Asset, MatchDoubt, Merge, Place  # noqa: PLC0415  as above
        from alcaide.assets.services import many, many_classes  # noqa: PLC0415  models load only now
        from alcaide.assets.sheets import ASSETS, CLASSES, IDENTIFIERS, NEEDS  # noqa: PLC0415  models load only now
        from alcaide.common import registries, sheets  # noqa: PLC0415  models load only now
        from alcaide.common.lists import offer_undo  # noqa: PLC0415  models load only now
        from alcaide.common.picking import Names, offer_names  # noqa: PLC0415  models load only now

        as_of.offer()
        registries.offer_nav(registries.NavItem("Estate", "Assets", "assets", "stack-2", 200, SEE))
        registries.offer_nav(
            registries.NavItem("Estate", "Same or not", "doubts", "git-merge", 205, CHANGE, queries.open_doubts)
        )
        for sheet in (ASSETS, NEEDS, IDENTIFIERS, CLASSES):
            sheets.offer(sheet)
        offer_names(Asset.SUBJECT, Names(queries.assets, queries.asset_words, SEE))
        offer_undo(many.UNDO, many.put_back)
        offer_undo(many_classes.UNDO, many_classes.put_class_back)
        registries.offer_due("assets", due.due, brief=due.brief)
        registries.offer_subject(MatchDoubt.SUBJECT, "Doubt", queries.doubt_subject)
        registries.offer_subject(Merge.SUBJECT, "Merge", queries.merge_subject)
        registries.offer_subject(Asset.SUBJECT, "Asset", queries.asset_subject)
        registries.offer_subjects(Asset.SUBJECT, queries.asset_subjects)
        registries.offer_subject(Place.SUBJECT, "Place", queries.place_subject)
