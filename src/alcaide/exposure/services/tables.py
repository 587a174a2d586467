"""Many rows in one statement each; the table is the house's own."""

from alcaide.common.rows import Table

__all__ = ["Table"]
