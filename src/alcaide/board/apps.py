"""The room `board` and what it offers to the rooms above."""

from django.apps import AppConfig


class BoardConfig(AppConfig):
    name = "alcaide.board"
    label = "board"
