"""Two pairs of eyes: what was asked, who answered what, who tried to answer themself, overrides, and stand-ins."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alcaide.common.models.base import Record
from alcaide.common.models.talk import SUBJECT_LONGEST

USER = settings.AUTH_USER_MODEL
WAITING = "waiting"


class EyesRequest(Record):
    """Something that one person asks and another answers; what is asked is frozen until then."""

    SUBJECT = "common.eyesrequest"
    KEPT = "Who asked and who approved is read as long as what it made."

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for an answer"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Expired"
        OVERRIDDEN = "overridden", "Applied in an emergency"

    act = models.CharField(max_length=80)
    about = models.CharField(max_length=SUBJECT_LONGEST)
    """The subject string of what it concerns."""
    about_version = models.PositiveIntegerField(null=True)
    """The version of that row when it was asked, None where it has none."""
    unit_id = models.BigIntegerField(null=True)
    """The unit in which it is answered, None where it concerns the whole house."""
    title = models.CharField(max_length=300)
    given = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    """Of act, subject, unit and what is given, as RFC 8785 writes them."""
    why = models.TextField()
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer_by = models.DateField()
    ends_at = models.DateTimeField()
    """The end of that day where the house stands, worked out once: a later change of clocks does not move it."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    answered_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    words = models.TextField(blank=True, default="")
    result = models.CharField(max_length=SUBJECT_LONGEST, blank=True, default="")
    """The subject that applying it made, where it made one."""

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["state", "answer_by", "id"], name="eyes_by_clock"),
            models.Index(fields=["asked_by", "-id"], name="eyes_by_asker"),
            models.Index(fields=["about"], name="eyes_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("asked_by")) | ~Q(state="approved"),
                name="nobody_approves_their_own",
            ),
            models.UniqueConstraint(
                fields=["act", "about"], condition=Q(state="waiting"), name="one_question_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_waiting(self) -> bool:
        return self.state == WAITING


class EyesAnswer(models.Model):
    """One answer that was let through: who, to whose question, by which right, and what is odd about it."""

    KEPT = "Who answered whose question is read by every later audit."
    RIGHTS = [("own", "Own role"), ("standin", "Stands in for somebody"), ("override", "Emergency")]

    act = models.CharField(max_length=80)
    about = models.CharField(max_length=SUBJECT_LONGEST)
    unit_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    maker = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    right = models.CharField(max_length=10, choices=RIGHTS)
    instead_of = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    flags = models.CharField(max_length=60, blank=True, default="")
    """Words of `eyes.FLAGS`, spaces between them."""
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["by", "-at"], name="eyes_answers_by_time")]

    def __str__(self) -> str:
        return f"{self.act} {self.about}"


class EyesAttempt(models.Model):
    """One try of somebody to answer what they may not answer, for having asked it or answering for who did."""

    KEPT = "Who tried to answer their own question is read by every later audit."
    HOWS = [
        ("own", "Asked it themself"),
        ("for_maker", "Stands in only for who asked"),
        ("maker_stands_in", "Asked it, and stands in for one who may answer"),
    ]

    act = models.CharField(max_length=80)
    about = models.CharField(max_length=SUBJECT_LONGEST)
    unit_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=16, choices=HOWS)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.act} {self.about}"


class EyesOverride(Record):
    """One act that somebody applied alone in an emergency; it waits until another person looked at it."""

    SUBJECT = "common.eyesoverride"
    KEPT = "What was applied alone is read by every later audit."

    class State(models.TextChoices):
        OPEN = "open", "Waits for a review"
        REFERRED = "referred", "Referred, waits for a review"
        AGREED = "agreed", "Reviewed: agreed"
        UNDONE = "undone", "Reviewed: undone"

    act = models.CharField(max_length=80)
    about = models.CharField(max_length=SUBJECT_LONGEST)
    unit_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=300)
    request = models.ForeignKey(EyesRequest, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    makers = models.JSONField(default=list)
    """Keys of users who may not review it either, such as who asked where another applied it."""
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reviewed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    words = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["state", "-id"], name="eyes_overrides_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("by")), name="nobody_reviews_their_own"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in {"open", "referred"}


class EyesStandIn(Record):
    """That one person answers for another, for some acts and units, between two days."""

    SUBJECT = "common.eyesstandin"
    KEPT = "By which right an answer was given is read as long as the answer."

    giver = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    acts = models.JSONField(default=list)
    """Keys of acts; none stands for all that the giver may answer."""
    unit_id = models.BigIntegerField(null=True)
    """With everything below it; None stands for wherever the giver may answer."""
    from_on = models.DateField()
    until_on = models.DateField()
    why = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["taker", "until_on"], name="eyes_standins_by_taker")]
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="nobody_stands_in_for_themselves"),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="a_standin_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.giver_id} to {self.taker_id}"
