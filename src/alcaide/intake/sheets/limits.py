"""The caps a sheet is read under."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """Sizes beyond which a sheet is refused; a cell beyond its cap cannot be read, its row is refused by itself.

    cell_chars is a spreadsheet's own limit. ratio holds for one part of a workbook after ratio_after_bytes came out.
    """

    file_bytes: int = 100 << 20
    rows: int = 200_000
    columns: int = 200
    cell_chars: int = 32_767
    unpacked_bytes: int = 1 << 30
    ratio: int = 400
    ratio_after_bytes: int = 16 << 20
    parts: int = 2_000
    texts: int = 2_000_000
    texts_bytes: int = 256 << 20
    small_part_bytes: int = 16 << 20


LIMITS = SheetLimits()
