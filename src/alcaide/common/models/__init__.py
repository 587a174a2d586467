"""Tables that every room shares."""

from .accounts import User, UserManager
from .base import LostUpdate, Record
from .bulk import Bulk, BulkChunk
from .change import Change, Priced
from .files import StoredFile
from .jobs import Done, JobTrack, Schedule
from .notices import DueSeen, Follow, Letter, Notice, NoticeChoice, NoticeSetting
from .offline import Sent
from .search import SearchDoc, SearchWord
from .sheets import SheetImport, SheetLine, SheetMap
from .talk import Attachment, Comment, Tag, Tagging
from .trail import TrailHead, TrailLine, TrailValue
from .views import SavedView, Undo, UsualView

__all__ = [
    "Attachment",
    "Bulk",
    "BulkChunk",
    "Change",
    "Comment",
    "Done",
    "DueSeen",
    "Follow",
    "JobTrack",
    "Letter",
    "LostUpdate",
    "Notice",
    "NoticeChoice",
    "NoticeSetting",
    "Priced",
    "Record",
    "SavedView",
    "Schedule",
    "SearchDoc",
    "SearchWord",
    "Sent",
    "SheetImport",
    "SheetLine",
    "SheetMap",
    "StoredFile",
    "Tag",
    "Tagging",
    "TrailHead",
    "TrailLine",
    "TrailValue",
    "Undo",
    "User",
    "UserManager",
    "UsualView",
]
