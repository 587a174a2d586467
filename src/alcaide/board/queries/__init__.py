"""Reads for the home page and the pack."""

from .decide import Agenda, agenda
from .home import Home, home
from .pack import PackContent, pack_content

__all__ = ["Agenda", "Home", "PackContent", "agenda", "home", "pack_content"]
