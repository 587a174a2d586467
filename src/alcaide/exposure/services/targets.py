"""What rows need to know of the asset they stand on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Target:
    """The asset that a row stands on, who looked at it, and when."""

    asset_id: int
    uid: UUID
    unit_id: int
    reached_from: str
    source: str
    scanned_at: datetime
