"""Reports taken in: what each looked at, what was set aside, what it decided itself, which ports it saw open."""

from django.conf import settings
from django.db import models

from alcaide.assets.models import Asset
from alcaide.common.models import Record, StoredFile, With
from alcaide.common.permissions import ANALYST, AUDITOR, CHIEF, COMPLIANCE, EXECUTIVE, HEAD, VisibleSet, permit
from alcaide.organization.models import Unit

SEE = permit("exposure.see", "See findings", CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR, COMPLIANCE)
TAKE_IN = permit("exposure.take_in", "Bring in a report", CHIEF, ANALYST)


class Report(Record):
    """One file that was brought in, what it held, and what became of each of its records."""

    SUBJECT = "exposure.report"
    KEPT = "It says where findings came from."
    SEE = SEE
    UNIT_PATH = "unit_id"

    STATES = [
        ("waiting", "Waiting"),
        ("running", "Being read"),
        ("done", "Taken in"),
        ("failed", "Not taken in"),
    ]
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="reports")
    again = models.PositiveIntegerField(default=0)
    """0 at first; rises each time somebody insists on reading the same file once more."""
    format = models.CharField(max_length=20)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="reports")
    zone = models.CharField(max_length=60, blank=True, default="")
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    reason = models.TextField(blank=True, default="")
    counts = models.JSONField(default=dict)
    """What became of the file's records; the parts add up to `items`."""
    kinds = models.JSONField(default=dict)
    """The same parts by kind of weakness; over all kinds they add up to the parts of `counts`."""
    held = models.JSONField(default=dict)
    """What the reader counted in the file before any filter."""
    notices = models.JSONField(default=list)
    command = models.TextField(blank=True, default="")
    """What the scanner was told to do, without where it wrote; equal commands looked at the same ports."""
    scanned_from = models.DateTimeField(null=True)
    scanned_till = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            # The same bytes for the same unit and zone are one report: bringing them again answers with it.
            models.UniqueConstraint(fields=["file", "unit", "zone", "again"], name="a_report_once")
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.created_at:%Y-%m-%d}"


class Sighting(models.Model):
    """One host or other target as one report saw it: which asset it was taken for, how well it was looked at."""

    KEPT = "What a report looked at stays its proof."

    TARGETS = [
        ("host", "Host"),
        ("image", "Image"),
        ("repository", "Repository"),
        ("files", "Files"),
        ("cluster", "Cluster"),
        ("application", "Application"),
    ]

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="sightings")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="sightings")
    host_key = models.CharField(max_length=300)
    matched_by = models.CharField(max_length=20, blank=True, default="")
    """The kind of identifier that decided; "" for an asset that this report added."""
    matched_as = models.CharField(max_length=300, blank=True, default="")
    """The identifier itself, as the report has it."""
    target = models.CharField(max_length=20, choices=TARGETS, default="host")
    source = models.CharField(max_length=60, blank=True, default="")
    """Who looked: the format, with the tool behind it where a format has many. Silence speaks for this source only."""
    is_new = models.BooleanField(default=False)
    scanned_at = models.DateTimeField()
    credentialed = models.BooleanField(null=True)
    complete = models.BooleanField(default=False)
    looked_for = models.JSONField(null=True)
    """The kinds of weakness that were looked for here; null where the report leaves it open."""
    notice = models.TextField(blank=True, default="")
    waiting = models.JSONField(default=list)
    """Findings no longer seen that are too many at once to close before somebody confirms."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "host_key"], name="a_host_once_per_report")]
        indexes = [models.Index(fields=["asset", "-scanned_at"], name="sightings_by_asset")]

    def __str__(self) -> str:
        return self.host_key


class Quarantined(models.Model):
    """A record of a report that could not be read, with its place, kept for whoever mends the source."""

    PURGE = With("report")

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="quarantined")
    place = models.CharField(max_length=100)
    reason = models.CharField(max_length=300)
    excerpt = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class Verdict(models.Model):
    """What a report itself decided of one flaw at one place: not affected, fixed, a false alarm, suppressed.

    It opens nothing. Where a finding stands open for it, a person confirms the decision or does not.
    """

    KEPT = "What a report called not affected stays its proof."

    SEE = SEE
    UNIT_PATH = "asset__unit_id"

    SAID = [
        ("not-affected", "Not affected"),
        ("fixed", "Fixed"),
        ("false-positive", "A false alarm"),
        ("suppressed", "Suppressed"),
    ]
    key = models.CharField(max_length=32, unique=True)
    """The key of the finding that it would have been."""
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="verdicts")
    source = models.CharField(max_length=60)
    check_id = models.CharField(max_length=200)
    names = models.JSONField(default=list)
    """Every name of the flaw: its public number and its names elsewhere."""
    where = models.CharField(max_length=300, blank=True, default="")
    package = models.CharField(max_length=200, blank=True, default="")
    purl = models.CharField(max_length=400, blank=True, default="")
    said = models.CharField(max_length=20, choices=SAID)
    why = models.TextField(blank=True, default="")
    said_at = models.DateTimeField()
    first_report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    last_report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="verdicts")

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.check_id} {self.said}"


class OpenPort(models.Model):
    """One port of an asset that answered a scan, and what answers there; a way in, not a weakness."""

    KEPT = "Closed, not deleted."

    SEE = SEE
    UNIT_PATH = "asset__unit_id"

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="open_ports", db_index=False)
    port = models.PositiveIntegerField()
    protocol = models.CharField(max_length=20)
    service = models.CharField(max_length=60, blank=True, default="")
    product = models.CharField(max_length=200, blank=True, default="")
    version = models.CharField(max_length=100, blank=True, default="")
    cpes = models.JSONField(default=list)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    first_report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    last_report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="open_ports")
    closed_at = models.DateTimeField(null=True)

    objects = VisibleSet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "port", "protocol"], name="a_port_once_per_asset")]
        indexes = [
            models.Index(fields=["port", "id"], name="ports_by_number"),
            models.Index(fields=["last_seen_at", "id"], name="ports_by_sight"),
            models.Index(fields=["port", "id"], name="ports_open", condition=models.Q(closed_at__isnull=True)),
            models.Index(fields=["port", "id"], name="ports_closed", condition=models.Q(closed_at__isnull=False)),
            # What answers is a handful of words, read off these one by one.
            models.Index(fields=["service", "port", "id"], name="ports_by_service"),
            models.Index(fields=["product", "port", "id"], name="ports_by_product"),
            models.Index(fields=["asset", "port"], name="ports_of_asset", condition=models.Q(closed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.port}/{self.protocol}"
