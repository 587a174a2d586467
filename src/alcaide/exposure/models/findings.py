"""The findings that stand, by asset, with the flaws they are about and what happened to them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.utils import timezone

from alcaide.assets.models import Asset
from alcaide.common.models import ByDate, Change, Record, With
from alcaide.common.permissions import VisibleSet, scope_of
from alcaide.common.trail import System
from alcaide.organization.models import Unit

from .reports import SEE, Report

NO_LIMIT = date.max
# The room under which the moment stands when findings last followed their assets; nobody above reads it.
FOLLOWED = "exposure.limits"
# A change is dated when it is written and seen when its transaction ends.
SEEN_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a user's view of findings rests on: the units, whether these are all, whether an asset may have moved."""

    units: frozenset[int]
    is_everything: bool
    may_have_moved: bool


class FindingSet(VisibleSet["Finding"]):
    """Findings, a million of them: seen by the unit on the row, which follows the asset's within minutes.

    While an asset may have moved and its findings not followed yet, the asset's own unit has the last word.
    """

    def visible_to(self, user: Any) -> Self:
        """Keep the findings in the user's units."""
        if isinstance(user, System):
            return self
        sight = _sight_of(user)
        if sight.is_everything:
            return self
        kept = self.filter(unit_id__in=sight.units)
        if not sight.may_have_moved:
            return kept
        asset = Asset.objects.filter(pk=models.OuterRef("asset_id"), unit_id__in=sight.units)
        return kept.filter(models.Exists(asset))


def _sight_of(user: Any) -> _Sight:
    """Return what the user's view rests on; asked once a request, with one query, none for who sees every unit."""
    kept: _Sight | None = getattr(user, "_sight_of_findings", None)
    if kept is None:
        units = scope_of(user).units_for(SEE)
        if scope_of(user).covers_all(SEE):
            kept = _Sight(units, is_everything=True, may_have_moved=False)
    if kept is None:
        moves = Change.objects.filter(room="assets", subject__startswith=f"{Asset.SUBJECT}:").order_by("-at")
        followed = Change.objects.filter(room=FOLLOWED).order_by("-at")
        row = Unit.objects.order_by("pk").values_list(
            models.Exists(Unit.objects.exclude(pk__in=units)),
            models.Subquery(moves.values("at")[:1]),
            models.Subquery(followed.values("at")[:1]),
        )
        has_more, moved_at, followed_at = row.first() or (False, None, None)
        is_still = moved_at is None or (followed_at is not None and moved_at < followed_at - SEEN_WITHIN)
        kept = _Sight(units, is_everything=bool(units) and not has_more, may_have_moved=not is_still)
        user._sight_of_findings = kept
    return kept


class Check(models.Model):
    """One check of a source by its name; words are looked for here, not in a million findings."""

    DERIVED = "Read anew from reports."

    source = models.CharField(max_length=60)
    check_id = models.CharField(max_length=200)
    name = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "check_id"], name="a_check_once_per_source")]

    def __str__(self) -> str:
        return self.name


class Finding(Record):
    """One weakness at one place of one asset, however many reports of a source saw it."""

    SUBJECT = "exposure.finding"
    PURGE = ByDate("first_seen_at", until="closed_at", unit="unit_id")
    SEE = SEE
    UNIT_PATH = "unit_id"

    STATES = [("open", "Open"), ("closed", "Closed")]
    KINDS = [
        ("service", "On a host"),
        ("package", "In a package"),
        ("configuration", "In a configuration"),
        ("code", "In code"),
        ("secret", "A secret laid open"),
        ("licence", "In a licence"),
    ]
    SEVERITIES = [(0, "Information"), (1, "Low"), (2, "Medium"), (3, "High"), (4, "Critical")]
    key = models.CharField(max_length=32, unique=True)
    """BLAKE2b-128 of what the weakness is and where, never of its title or severity."""
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="findings", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    """The asset's unit, kept on the row for lists; it follows when the asset moves."""
    source = models.CharField(max_length=60)
    check_id = models.CharField(max_length=200)
    port = models.PositiveIntegerField(default=0)
    protocol = models.CharField(max_length=20, blank=True, default="")
    service = models.CharField(max_length=60, blank=True, default="")
    kind = models.CharField(max_length=20, choices=KINDS, default="service")
    location = models.CharField(max_length=500, blank=True, default="")
    """The part of the identity below the asset that is no port: a package at its path, a resource, a place in code."""
    where = models.CharField(max_length=300, blank=True, default="")
    """The location in words."""
    package = models.CharField(max_length=200, blank=True, default="")
    purl = models.CharField(max_length=400, blank=True, default="")
    installed = models.CharField(max_length=120, blank=True, default="")
    fixed = models.CharField(max_length=200, blank=True, default="")
    """The versions that mend it, "" where none is known."""
    name = models.CharField(max_length=300)
    severity = models.PositiveSmallIntegerField(choices=SEVERITIES)
    cvss_vector = models.CharField(max_length=200, blank=True, default="")
    cvss_score = models.FloatField(null=True)
    exploit_available = models.BooleanField(null=True)
    solution = models.TextField(blank=True, default="")
    output = models.TextField(blank=True, default="")
    content = models.CharField(max_length=32)
    """BLAKE2b-128 of everything that may change; equal content needs no update."""
    state = models.CharField(max_length=10, choices=STATES, default="open")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    first_report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="first_found")
    # Each scan sets it on all it sees, and what a report saw is found by its assets: an index would only cost.
    last_report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="last_found", db_index=False)
    closed_at = models.DateTimeField(null=True)
    exploited_since = models.DateField(null=True)
    """Since when the earliest of its flaws stands on the list of known exploited ones; follows the feed."""
    due_on = models.DateField(null=True)
    limit_on = models.DateField(default=NO_LIMIT)
    """`due_on`, or the last day of the calendar where there is no limit: a list sorts by it."""
    due_why = models.CharField(max_length=400, blank=True, default="")
    action = models.ForeignKey("Action", null=True, on_delete=models.SET_NULL, related_name="findings", db_index=False)
    decision = models.ForeignKey(
        "Decision", null=True, on_delete=models.SET_NULL, related_name="stands_for", db_index=False
    )
    """The decision in force that covers it: it moves `limit_on`, never `due_on`."""

    objects = FindingSet.as_manager()

    class Meta:
        indexes = [
            # The unit stands last so that whoever sees a few units is served in this order from the index alone.
            models.Index(fields=["state", "-severity", "-id", "unit"], name="findings_by_severity"),
            models.Index(fields=["unit", "state", "-severity", "-id"], name="findings_by_unit"),
            models.Index(fields=["asset", "state"], name="findings_by_asset"),
            models.Index(fields=["state", "limit_on", "id", "unit"], name="findings_by_limit"),
            models.Index(fields=["state", "first_seen_at", "id"], name="findings_by_age"),
            models.Index(fields=["check_id"], name="findings_by_check"),
            models.Index(fields=["action", "state", "limit_on", "id"], name="findings_by_action"),
            models.Index(fields=["decision"], name="findings_decided", condition=models.Q(decision__isnull=False)),
            models.Index(fields=["unit", "state", "limit_on", "id"], name="findings_by_unit_limit"),
            models.Index(
                fields=["state", "-severity", "-id"],
                name="findings_decided_by_rating",
                condition=models.Q(decision__isnull=False),
            ),
            models.Index(
                fields=["unit", "state", "-severity", "-id"],
                name="findings_decided_by_unit",
                condition=models.Q(decision__isnull=False),
            ),
            # Its condition names no value: SQLite does not see that a bound 'open' is the 'open' of an index.
            models.Index(
                fields=["state", "-severity", "-id"],
                name="findings_exploited",
                condition=models.Q(exploited_since__isnull=False),
            ),
            models.Index(
                fields=["unit", "state", "-severity", "-id"],
                name="findings_exploited_by_unit",
                condition=models.Q(exploited_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def days_left(self) -> int | None:
        """Days until the limit, below zero once it has passed; None where there is none, or none any more."""
        return None if self.limit_on == NO_LIMIT else (self.limit_on - timezone.localdate()).days

    @property
    def days_over(self) -> int:
        """Days since the limit passed, 0 before."""
        return max(0, -(self.days_left or 0))

    @property
    def is_late(self) -> bool:
        """Whether it stands open past its limit."""
        return self.state == "open" and self.days_over > 0


class FindingFlaw(models.Model):
    """A public flaw that a finding is about, by its number (CVE) or, without one, by its source's own name.

    Feeds are joined on it when read.
    """

    DERIVED = "Written anew from the finding's report."

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="flaws")
    cve = models.CharField(max_length=60, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["finding", "cve"], name="a_flaw_once_per_finding")]

    def __str__(self) -> str:
        return self.cve


class FindingAlias(models.Model):
    """Another name of a finding's public flaw, by which other tools and statements call it."""

    DERIVED = "Written anew from the finding's report."

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=60, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["finding", "name"], name="an_alias_once_per_finding")]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """What happened to a finding after it was found: it changed, closed or came back. Rows are only added."""

    PURGE = With("finding")

    WHATS = [
        ("changed", "Rated anew"),
        ("closed", "Closed"),
        ("reopened", "Came back"),
    ]
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="steps")
    report = models.ForeignKey(Report, null=True, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    what = models.CharField(max_length=10, choices=WHATS)
    words = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.what} {self.finding_id}"
