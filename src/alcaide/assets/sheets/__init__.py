"""Sheets of assets, of what they need, and of the information in data sets."""

from .assets import ASSETS
from .classes import CLASSES
from .needs import NEEDS

__all__ = ["ASSETS", "CLASSES", "NEEDS"]
