"""The one page on which this room asks for something; it is the house's own."""

from alcaide.common.asking import Asking, ask, kept

__all__ = ["Asking", "ask", "kept"]
