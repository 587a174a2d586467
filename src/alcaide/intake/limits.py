"""The caps every file is read under."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes beyond which a file is refused, or a field cut; the defaults fit the largest real reports.

    A field is cut at field_chars (long_field_chars for the few that list every check of a scan). ratio holds only
    after ratio_after_bytes came out. whole_bytes bounds formats that are read in one piece.
    """

    file_bytes: int = 2 << 30
    unpacked_bytes: int = 4 << 30
    ratio: int = 200
    ratio_after_bytes: int = 16 << 20
    whole_bytes: int = 32 << 20
    record_bytes: int = 32 << 20
    field_chars: int = 65_536
    long_field_chars: int = 8 << 20
    fields_in_record: int = 20_000
    records: int = 5_000_000


def in_words(size_bytes: int) -> str:
    """A size as a person says it.

    >>> in_words(2 << 30)
    '2 GB'
    """
    size = float(size_bytes)
    for unit in ("bytes", "KB", "MB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} GB"
