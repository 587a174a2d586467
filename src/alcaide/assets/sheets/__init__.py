"""Sheets of assets, of what they need, of the names of scans, and of the information in data sets."""

from .assets import ASSETS
from .classes import CLASSES
from .identifiers import IDENTIFIERS
from .needs import NEEDS

__all__ = ["ASSETS", "CLASSES", "IDENTIFIERS", "NEEDS"]
