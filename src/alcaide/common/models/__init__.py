"""Tables that every room shares."""

from .accounts import User, UserManager
from .base import LostUpdate, Record
from .bulk import Bulk, BulkChunk
from .change import Change, Priced
from .files import StoredFile
from .jobs import Done, JobTrack, Schedule
from .search import SearchDoc
from .trail import TrailHead, TrailLine, TrailValue

__all__ = [
    "Bulk",
    "BulkChunk",
    "Change",
    "Done",
    "JobTrack",
    "LostUpdate",
    "Priced",
    "Record",
    "Schedule",
    "SearchDoc",
    "StoredFile",
    "TrailHead",
    "TrailLine",
    "TrailValue",
    "User",
    "UserManager",
]
