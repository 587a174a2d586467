"""Public identifiers."""

import uuid

import uuid_utils


def new_uid() -> uuid.UUID:
    """Return a UUIDv7: unguessable, and sorted by the moment it was made."""
    return uuid.UUID(bytes=uuid_utils.uuid7().bytes)
