"""Reads behind walls: who is inside, what a matter holds, and nothing for anybody else."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from alcaide.common import history
from alcaide.common.models import (
    BreakGlass,
    DisclosedCopy,
    Matter,
    MatterExport,
    MatterFile,
    MatterLink,
    MatterMember,
    MatterNote,
    MatterTask,
    TrailLine,
    TrailValue,
    User,
    is_inside_only,
    is_wallable,
)
from alcaide.common.models.walls import MatterDisclosure
from alcaide.common.permissions import AUDITOR, CHIEF, COMPLIANCE, COUNSEL, DPO, permit, scope_of
from alcaide.common.registries import is_uid
from alcaide.common.trail import WALLED, System

M = TypeVar("M", bound=Model)

OPEN = permit("common.matters_open", "Open matters behind a wall", COUNSEL)
DISCLOSED = permit("common.disclosed_see", "See what counsel disclosed", COUNSEL, CHIEF, COMPLIANCE, AUDITOR, DPO)
GONE = f"{WALLED}:gone"
TOLD = 50
FOUND = 100


class NoSuchMatter(LookupError):
    """There is no such matter for this person; said alike where there is none and where they are not let in."""


@dataclass(frozen=True)
class Line:
    """One line of a matter's own history."""

    at: Any
    who: str
    words: str


@dataclass(frozen=True)
class Within:
    """The inside of one matter, for one person who was let in."""

    matter: Matter
    user: User
    is_counsel: bool

    def rows(self, model: type[M]) -> QuerySet[M]:
        """Return the rows of a model that stand behind this matter's wall. Raises TypeError for an ordinary model."""
        if not is_wallable(model):
            raise TypeError(f"{model._meta.label} is no Wallable, so nothing of it stands behind a wall.")
        return model._base_manager.filter(matter=self.matter)

    def make(self, model: type[M], **values: Any) -> M:
        """Make a row behind this matter's wall. For services, inside their write. Raises TypeError."""
        if not is_wallable(model):
            raise TypeError(f"{model._meta.label} is no Wallable, so nothing of it stands behind a wall.")
        return model._base_manager.create(matter=self.matter, **values)

    @property
    def members(self) -> QuerySet[MatterMember]:
        """Who was ever let in, by when."""
        return MatterMember._base_manager.filter(matter=self.matter).select_related("user", "let_in_by").order_by("id")

    @property
    def inside_now(self) -> QuerySet[MatterMember]:
        """Who is let in now."""
        return self.members.filter(_now())

    @property
    def tasks(self) -> QuerySet[MatterTask]:
        """What is to be done, open ones first."""
        return self.rows(MatterTask).select_related("owner").order_by("done_at", "due_on", "id")

    @property
    def files(self) -> QuerySet[MatterFile]:
        """Its files, the newest first."""
        return self.rows(MatterFile).select_related("added_by").order_by("-id")

    @property
    def exports(self) -> QuerySet[MatterExport]:
        """What was handed out."""
        return self.rows(MatterExport).select_related("by").order_by("-id")

    @property
    def disclosures(self) -> QuerySet[MatterDisclosure]:
        """What counsel let out."""
        return self.rows(MatterDisclosure).select_related("copy", "decided_by").order_by("-id")

    @property
    def links(self) -> QuerySet[MatterLink]:
        """The ordinary records that it looks at."""
        return self.rows(MatterLink).order_by("id")

    def notes(self, kind: str = "", words: str = "") -> QuerySet[MatterNote]:
        """Return the words of a kind that hold all of some words, the newest first."""
        found = self.rows(MatterNote).select_related("written_by").order_by("-id")
        found = found.filter(kind=kind) if kind else found
        for word in words.split():
            found = found.filter(Q(text__icontains=word) | Q(source__icontains=word))
        return found

    def history(self) -> list[Line]:
        """Return the newest lines that the trail has of this matter, put into words for its members."""
        rows = list(TrailLine.objects.filter(subject=_wall(self.matter.uid)).order_by("-seq")[:TOLD])
        kept = dict(
            TrailValue.objects.filter(line_id__in=[row.seq for row in rows], side="after", field="walled").values_list(
                "line_id", "value"
            )
        )
        who = history.names_of({row.actor for row in rows})
        return [Line(row.at, who[row.actor], _verb(kept.get(row.seq, ""))) for row in rows]


def matters(user: Any) -> QuerySet[Matter]:
    """Return the matters on which a person is named now; none for anybody else, nor for the house itself."""
    if not isinstance(user, User) or not user.is_active:
        return Matter._base_manager.none()
    inside = MatterMember._base_manager.filter(_now(), user=user).values("matter")
    return Matter._base_manager.filter(pk__in=inside).order_by("-number")


def within(matter: Matter | str, user: Any) -> Within:
    """Return the inside of a matter, by its row or identifier, for one who is let in now. Raises NoSuchMatter."""
    named = {"pk": matter.pk} if isinstance(matter, Matter) else {"uid": matter}
    found = matters(user).filter(**named).first() if isinstance(matter, Matter) or is_uid(matter) else None
    if found is None:
        raise NoSuchMatter("There is no such matter.")
    counsel = MatterMember._base_manager.filter(_now(), matter=found, user=user, is_counsel=True)
    return Within(found, user, counsel.exists())


def inside_of(row: M, user: Any) -> tuple[Within, M]:
    """Return the inside in which a row stands, with the row read anew. Raises NoSuchMatter."""
    read: Any = type(row)._base_manager.filter(pk=row.pk).first()
    if read is None or read.matter_id is None:
        raise NoSuchMatter("There is no such record.")
    return within(read.matter, user), read


def row_inside(model: type[M], uid: Any, user: Any) -> tuple[Within, M]:
    """Return a row behind a wall by its identifier, with the inside it stands in. Raises NoSuchMatter."""
    read: Any = model._base_manager.filter(uid=uid, matter__in=matters(user)).select_related("matter").first()
    if read is None:
        raise NoSuchMatter("There is no such record.")
    return within(read.matter, user), read


def own_tasks(user: Any) -> QuerySet[MatterTask]:
    """Return the open tasks of a person in matters that they are let into."""
    rows = MatterTask._base_manager.filter(owner=user, done_at=None, matter__in=matters(user))
    return rows.select_related("matter").order_by("due_on", "id")


def disclosed(user: Any) -> QuerySet[DisclosedCopy]:
    """Return what counsel disclosed, for whoever may see that."""
    may = isinstance(user, System) or scope_of(user).allows(DISCLOSED)
    return DisclosedCopy.objects.select_related("decided_by") if may else DisclosedCopy.objects.none()


def emergency_of(user: Any) -> BreakGlass | None:
    """Return the emergency access under which somebody is here, None for everybody else."""
    if not isinstance(user, User):
        return None
    now = timezone.now()
    used = BreakGlass.objects.filter(user=user, used_at__lte=now, until__gt=now, ended_at=None)
    return used.order_by("-id").first()


def behind(subject: str) -> str:
    """Return the wall behind which a subject stands, as the trail names it; "" for an ordinary one."""
    kind, _sep, uid = subject.partition(":")
    model: Any = _walled_kinds().get(kind)
    if model is None or not is_uid(uid):
        return ""
    if model is Matter:
        return _wall(uid)
    found = model._base_manager.filter(uid=uid).values_list("matter__uid", flat=True).first()
    if found is not None:
        return _wall(found)
    return GONE if is_inside_only(model) else ""


@cache
def _walled_kinds() -> dict[str, type[Model]]:
    """Return the models whose rows may stand behind a wall, by the kind of their subjects."""
    found = [model for model in apps.get_models() if is_wallable(model) or model is Matter]
    return {str(getattr(model, "SUBJECT", "")) or model._meta.label_lower: model for model in found}


def _wall(uid: Any) -> str:
    return f"{WALLED}:{uid}"


def _now() -> Q:
    now = timezone.now()
    return Q(since__lte=now) & (Q(until=None) | Q(until__gt=now))


def _verb(value: str) -> str:
    try:
        told = json.loads(value)
    except ValueError:
        return ""
    return history.verb_words(str(told.get("verb", ""))) if isinstance(told, dict) else ""
