"""The room `board` and what it offers."""

from django.apps import AppConfig


class BoardConfig(AppConfig):
    name = "alcaide.board"
    label = "board"

    def ready(self) -> None:
        from alcaide.board.models import SEE  # noqa: PLC0415  models load only now
        from alcaide.common.registries import NavItem, offer_nav  # noqa: PLC0415

        offer_nav(NavItem("", "Home", "home", "home", 10))
        offer_nav(NavItem("", "Board", "board", "building-castle", 20, SEE))
