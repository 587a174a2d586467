"""What the house tells people: notices, how each wants to be told, whom they follow, and letters on their way."""

from datetime import time

from django.conf import settings
from django.db import models

from alcaide.common.ids import new_uid
from alcaide.common.models.base import Record
from alcaide.common.models.keeping import RECORD, ByDate
from alcaide.common.models.talk import SUBJECT_LONGEST

DIGEST_AT = time(8, 0)


class Letter(Record):
    """One e-mail on its way: its notices, how often it was tried, and what the mail server said."""

    PURGE = RECORD

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being handed over"
        SENT = "sent", "Sent"
        UNSURE = "unsure", "Not known whether it arrived"
        FAILED = "failed", "Failed"
        NEEDLESS = "needless", "Nothing left to tell"

    SUBJECT = "common.letter"

    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest_on = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["state", "try_at"], name="letters_by_state")]
        constraints = [models.UniqueConstraint(fields=["to", "digest_on"], name="one_digest_a_day")]

    def __str__(self) -> str:
        return f"{self.to_id} {self.state}"


class Notice(models.Model):
    """One thing that one person was told. `words` name no subject; who may still see it reads its title."""

    PURGE = ByDate("at", subjects=("subject",))

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=SUBJECT_LONGEST, blank=True, default="")
    words = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    in_digest = models.BooleanField(default=False)
    letter = models.ForeignKey(Letter, null=True, on_delete=models.SET_NULL, related_name="notices")

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notices_by_time"),
            models.Index(fields=["user"], condition=models.Q(read_at__isnull=True), name="notices_unread"),
            models.Index(
                fields=["user", "at"],
                condition=models.Q(in_digest=True, letter__isnull=True),
                name="notices_for_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.words}"


class NoticeChoice(models.Model):
    """How one person wants to be told of one kind."""

    KEPT = "A person's own setting."

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    way = models.CharField(max_length=10)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_way_per_kind")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.way}"


class NoticeSetting(Record):
    """When one person gets the daily digest, and since when their due items are watched."""

    SUBJECT = "common.notice_setting"
    KEPT = "A person's own setting."

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_setting")
    digest_at = models.TimeField(default=DIGEST_AT)
    due_watched_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.digest_at}"


class Follow(models.Model):
    """Whether one person follows one subject; a no outweighs owning it."""

    KEPT = "A person's own setting."

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=SUBJECT_LONGEST)
    is_on = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "user"], name="one_follow_per_subject")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.subject}"


class DueSeen(models.Model):
    """A due item that one person was found to have, and whether its lateness was told."""

    DERIVED = "Found again at every look at what is due."

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    is_late = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_due_item_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"
