"""Tables that every room shares."""

from .accounts import User, UserManager
from .base import LostUpdate, Record
from .bulk import Bulk, BulkChunk
from .change import Change, Priced
from .eyes import EyesAnswer, EyesAttempt, EyesOverride, EyesRequest, EyesStandIn
from .files import StoredFile
from .holds import Hold, HoldCustodian, HoldExport, HoldTarget
from .jobs import Done, JobTrack, Schedule
from .keeping import RECORD, ByDate, With
from .monitored import MonitoredManager, OutsideMonitor
from .monitors import MonitorLook, MonitorRemark, MonitorSetting, MonitorVersion, Unmasking
from .notices import DueSeen, Follow, Letter, Notice, NoticeChoice, NoticeSetting
from .offline import Sent
from .providers import BreakGlass, GroupRule, IdentityProvider, MappedGrant, SignInRules
from .purges import PurgeChunk, PurgeRun
from .retention import RetentionAsk, RetentionRule
from .search import SearchDoc, SearchWord
from .sheets import SheetImport, SheetLine, SheetMap
from .signing import SignedIn, SignInLine
from .talk import Attachment, Comment, Tag, Tagging
from .trail import TrailHead, TrailLine, TrailValue
from .views import SavedView, Undo, UsualView
from .walls import (
    DisclosedCopy,
    Matter,
    MatterDisclosure,
    MatterExport,
    MatterFile,
    MatterLink,
    MatterMember,
    MatterNote,
    MatterTask,
    MovedAcross,
    OrdinaryManager,
    Wallable,
    is_inside_only,
    is_wallable,
)

__all__ = [
    "RECORD",
    "Attachment",
    "BreakGlass",
    "Bulk",
    "BulkChunk",
    "ByDate",
    "Change",
    "Comment",
    "DisclosedCopy",
    "Done",
    "DueSeen",
    "EyesAnswer",
    "EyesAttempt",
    "EyesOverride",
    "EyesRequest",
    "EyesStandIn",
    "Follow",
    "GroupRule",
    "Hold",
    "HoldCustodian",
    "HoldExport",
    "HoldTarget",
    "IdentityProvider",
    "JobTrack",
    "Letter",
    "LostUpdate",
    "MappedGrant",
    "Matter",
    "MatterDisclosure",
    "MatterExport",
    "MatterFile",
    "MatterLink",
    "MatterMember",
    "MatterNote",
    "MatterTask",
    "MonitorLook",
    "MonitorRemark",
    "MonitorSetting",
    "MonitorVersion",
    "MonitoredManager",
    "MovedAcross",
    "Notice",
    "NoticeChoice",
    "NoticeSetting",
    "OrdinaryManager",
    "OutsideMonitor",
    "Priced",
    "PurgeChunk",
    "PurgeRun",
    "Record",
    "RetentionAsk",
    "RetentionRule",
    "SavedView",
    "Schedule",
    "SearchDoc",
    "SearchWord",
    "Sent",
    "SheetImport",
    "SheetLine",
    "SheetMap",
    "SignInLine",
    "SignInRules",
    "SignedIn",
    "StoredFile",
    "Tag",
    "Tagging",
    "TrailHead",
    "TrailLine",
    "TrailValue",
    "Undo",
    "Unmasking",
    "User",
    "UserManager",
    "UsualView",
    "Wallable",
    "With",
    "is_inside_only",
    "is_wallable",
]
