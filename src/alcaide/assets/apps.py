"""The room `assets` and what it offers to the rooms above."""

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "alcaide.assets"
    label = "assets"
