"""Files by their SHA-256, each stored once."""

from django.db import models

from alcaide.common.models.base import Record
from alcaide.common.models.keeping import RECORD


class StoredFile(Record):
    """A file as it arrived: content by hash in the store, its type as found by looking inside."""

    SUBJECT = "common.file"
    PURGE = RECORD

    sha256 = models.CharField(max_length=64, unique=True)
    size_bytes = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=255)

    def __str__(self) -> str:
        return self.name
