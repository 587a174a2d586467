"""Work without a network: pages that a phone keeps, and forms that wait there and are taken in once."""

from alcaide.common.offline.keeping import kept
from alcaide.common.offline.once import KEY_FIELD, TYPED_AT, typed_at

__all__ = ["KEY_FIELD", "TYPED_AT", "kept", "typed_at"]
