"""Walls: matters of counsel that nobody meets who is not named on them, and the rows that stand behind.

`Wallable` (in `common.models`) makes a room's model able to stand behind a wall; `within` is the only way in.
"""

from .queries import NoSuchMatter, Within, matters, within

__all__ = ["NoSuchMatter", "Within", "matters", "within"]
