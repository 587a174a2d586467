"""What people say of a subject: comments, whom they mention, attached files, tags."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from alcaide.common.models.base import Record
from alcaide.common.models.files import StoredFile
from alcaide.common.models.keeping import RECORD, ByDate

# The longest subject string; the trail's own length.
SUBJECT_LONGEST = 120
TEXT_LONGEST = 20_000
TAG_LONGEST = 40


class Comment(Record):
    """What one person said of one subject. A removed one keeps its place and who removed it, never its text."""

    SUBJECT = "common.comment"
    PURGE = ByDate("created_at", until="changed_at", subjects=("on",))

    on = models.CharField(max_length=SUBJECT_LONGEST)
    reply_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replies")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField("comment", max_length=TEXT_LONGEST, blank=True)
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["on", "-id"], name="comments_by_subject")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=True, removed_by__isnull=True)
                | models.Q(removed_at__isnull=False, removed_by__isnull=False, text=""),
                name="a_removed_comment_has_no_text",
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.uid}"


class Attachment(Record):
    """A file that hangs on a subject, under the name it came with there."""

    SUBJECT = "common.attachment"
    PURGE = ByDate("created_at", until="changed_at", subjects=("on",))

    on = models.CharField(max_length=SUBJECT_LONGEST)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["on", "-id"], name="attachments_by_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["on", "file"], condition=models.Q(removed_at__isnull=True), name="one_content_per_subject"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Tag(Record):
    """A short label that the whole house shares; `folded` makes “VIP” and “vip” one."""

    SUBJECT = "common.tag"
    PURGE = RECORD

    name = models.CharField(max_length=TAG_LONGEST)
    folded = models.CharField(max_length=4 * TAG_LONGEST, unique=True, editable=False)

    def __str__(self) -> str:
        return self.name


class Tagging(models.Model):
    """One tag on one subject, which stands here as its kind and its identifier so that lists can join it."""

    PURGE = ByDate("at", subjects=("kind:of",))

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings")
    kind = models.CharField(max_length=80)
    of = models.UUIDField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "of", "tag"], name="one_tag_once")]
        indexes = [models.Index(fields=["tag", "kind", "of"], name="taggings_by_tag")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.of} {self.tag_id}"
