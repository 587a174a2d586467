"""What stands behind walls: matters opened by counsel, who is let in, and rows that ordinary reads never meet."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alcaide.common.models.base import Record
from alcaide.common.models.files import StoredFile
from alcaide.common.models.keeping import ByDate

USER = settings.AUTH_USER_MODEL
# A row of which the matter was not read.
UNREAD = -1


class MovedAcross(ValueError):
    """A row was to change its side of a wall. It is born inside or outside; counsel discloses a copy instead."""

    def __init__(self) -> None:
        super().__init__("A record stays on the side of the wall on which it was made. Disclose or take in a copy.")


class WallSet(models.QuerySet[Any]):
    """Rows that stay on their side of the wall."""

    def update(self, **values: Any) -> int:
        if {"matter", "matter_id"} & values.keys():
            raise MovedAcross
        return super().update(**values)


class OrdinaryManager(models.Manager[Any]):
    """The ordinary rows alone, for everybody, for every job and for the house itself.

    A room with rows of its own kind says `OrdinaryManager.from_queryset(CaseSet)`, a `WallSet` that may be a
    `VisibleSet` as well.
    """

    _queryset_class = WallSet

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(matter__isnull=True)


class SealedManager(models.Manager[Any]):
    """No rows at all: what is asked for without a name on the list is not there."""

    def get_queryset(self) -> Any:
        return super().get_queryset().none()


class Wallable(models.Model):
    """A row that is either ordinary or stands behind the wall of one matter, from its first day.

    Its managers are ordinary ones; `walls.within(matter, user)` is the only way to the others. A model with managers
    of its own makes them with `OrdinaryManager.from_queryset`. A test refuses what would leak by a join.
    """

    matter = models.ForeignKey(
        "common.Matter", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    # Refused by the database as well, whatever asks.
    STAYS = ("matter",)

    objects = OrdinaryManager()
    _born_in: Any = UNREAD

    class Meta:
        abstract = True

    def save(self, *args: Any, **more: Any) -> None:
        here = self.__dict__.get("matter_id", UNREAD)
        if not self._state.adding and UNREAD not in (here, self._born_in) and here != self._born_in:
            raise MovedAcross
        super().save(*args, **more)
        self._born_in = here

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **more: Any) -> Self:
        row = super().from_db(db, field_names, values, **more)
        row._born_in = row.__dict__.get("matter_id", UNREAD)
        return row


def is_wallable(model: Any) -> bool:
    """Tell whether rows of a model may stand behind a wall."""
    return isinstance(model, type) and issubclass(model, Wallable)


def is_inside_only(model: Any) -> bool:
    """Tell whether every row of a model stands behind a wall."""
    if model in (Matter, MatterMember):
        return True
    return is_wallable(model) and not model._meta.get_field("matter").null


class Matter(Record):
    """One matter of counsel, behind its own wall. Who is not named on it does not learn that it is there."""

    SUBJECT = "common.matter"
    KEPT = "What was privileged, since when and on what ground, must be provable."

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    class Ground(models.TextChoices):
        ADVICE = "advice", "To obtain or give legal advice"
        LITIGATION = "litigation", "Litigation, under way or reasonably expected"
        INVESTIGATION = "investigation", "An investigation that counsel directs to give advice"

    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=200)
    ground = models.CharField(max_length=20, choices=Ground.choices, default=Ground.ADVICE)
    ground_text = models.CharField("the ground in words", max_length=600)
    apart_text = models.CharField("what sets it apart from routine work", max_length=600)
    opened_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    closed_at = models.DateTimeField(null=True)

    objects = SealedManager()

    class Meta:
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"Matter {self.number}"


class MatterMember(models.Model):
    """One named person whom counsel let in, from a moment to a moment; a role lets nobody in."""

    KEPT = "Who was let in, and when, is part of the matter's proof."

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    is_counsel = models.BooleanField(default=False)
    """Whether they direct the matter: let people in, disclose, hand out, close."""
    let_in_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    emergency_why = models.CharField(max_length=400, blank=True, default="")
    """Why emergency access opened the wall; empty for whom counsel let in."""

    objects = SealedManager()

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["user", "matter"], name="matters_of_a_user")]
        constraints = [
            models.UniqueConstraint(fields=["matter", "user"], condition=Q(until=None), name="let_in_once"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="let_out_after_let_in"),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.pk}"


class _Inside(Record, Wallable):
    """A row that is always behind a wall."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        # Logs, messages and previews print rows, so none prints what it says.
        return f"{self.matter} {self.pk}"


class MatterNote(_Inside):
    """Words behind a wall: facts and advice apart, and drafts, which go by rule."""

    SUBJECT = "common.matter_note"
    PURGE = ByDate("created_at", until="changed_at", persons=("written_by",))

    class Kind(models.TextChoices):
        FACT = "fact", "Fact"
        ADVICE = "advice", "Advice"
        DRAFT = "draft", "Draft"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField()
    source = models.CharField("where it comes from", max_length=300, blank=True, default="")
    written_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-id",)


class MatterFile(_Inside):
    """A file behind a wall. Its content lies sealed in the store, so that its hash and name meet no ordinary file's."""

    SUBJECT = "common.matter_file"
    KEPT = "A file of a matter is evidence of it."

    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    """Of the content as it came, to prove it later."""
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    key_secret = models.CharField(max_length=64)
    added_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-id",)


class MatterTask(_Inside):
    """Something to do for a matter, by one who was let in."""

    SUBJECT = "common.matter_task"
    KEPT = "What was done for a matter, and when, is part of it."

    text = models.CharField(max_length=300)
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("done_at", "due_on", "id")


class MatterLink(_Inside):
    """An ordinary record that a matter looks at; the record shows nothing of it."""

    SUBJECT = "common.matter_link"
    KEPT = "What a matter looked at is part of it."

    about = models.CharField(max_length=120)
    why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["matter", "about"], name="one_link_of_a_matter")]


class MatterExport(_Inside):
    """One handing out of what a matter holds: who, when, for whom, and the digest of the file."""

    SUBJECT = "common.matter_export"
    KEPT = "Who was given what is part of the matter's proof."

    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    to_whom = models.CharField(max_length=200)
    with_advice = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    records = models.PositiveIntegerField()

    class Meta:
        ordering = ("-id",)


class DisclosedCopy(Record):
    """What counsel let out of some matter, as an ordinary record: the words, for whom, and what was left out."""

    SUBJECT = "common.disclosed"
    KEPT = "What was disclosed cannot be taken back."

    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=200)
    text = models.TextField()
    left_out = models.CharField(max_length=600)
    to_whom = models.CharField(max_length=200)
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    objects: models.Manager["DisclosedCopy"] = models.Manager()

    class Meta:
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"Disclosure {self.number}"


class MatterDisclosure(_Inside):
    """Counsel's decision to let something out of a matter; what went out stands as a copy outside."""

    SUBJECT = "common.matter_disclosure"
    KEPT = "A decision to disclose is the proof that nothing else went out."

    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    why = models.CharField(max_length=600)
    notes = models.JSONField(default=list)
    """Identifiers of the facts that went out."""
    copy = models.OneToOneField(DisclosedCopy, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-id",)
