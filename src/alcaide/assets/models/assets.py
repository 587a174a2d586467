"""Assets and what they are worth."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alcaide.common.models import RECORD, Record
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import VisibleSet
from alcaide.organization.models import Person, Unit

from .places import SEE, Place


class Asset(Record):
    """One thing worth protecting."""

    SUBJECT = "assets.asset"
    KEPT = "An asset is retired, never deleted."
    SEE = SEE
    UNIT_PATH = "unit_id"

    KINDS = [
        ("host", "Host"),
        ("application", "Application"),
        ("service", "Service"),
        ("data_set", "Data set"),
        ("building", "Building"),
        ("equipment", "Equipment"),
        ("vehicle", "Vehicle"),
        ("goods", "Goods"),
        ("people", "Group of people"),
        ("brand", "Brand"),
        ("supplier", "Key supplier"),
        ("product", "Product sold"),
    ]
    AREA_OF_KIND = {
        "building": "physical",
        "equipment": "physical",
        "vehicle": "physical",
        "goods": "physical",
        "product": "physical",
        "people": "people",
    }
    REACHES = [
        ("internet", "From the internet"),
        ("internal", "From inside only"),
        ("isolated", "From nowhere else"),
        ("unknown", "Not known yet"),
    ]
    REACH_BASES = [
        ("measured", "Tried from outside"),
        ("document", "Written down"),
        ("judgement", "Judgement"),
    ]
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=KINDS)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assets")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.SET_NULL, related_name="assets")
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="assets_owned", db_index=False
    )
    custodian = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="assets_kept")
    """Who looks after it day by day, where that is not the owner."""
    is_place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.SET_NULL, related_name="buildings")
    """The place that a building is: the place says where, the asset what it is worth; what stands there needs it."""
    reached_from = models.CharField(max_length=10, choices=REACHES, default="unknown")
    reached_basis = models.CharField(max_length=10, choices=REACH_BASES, blank=True, default="")
    reached_why = models.CharField(max_length=200, blank=True, default="")
    reached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reached_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, default="")
    first_seen_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from", editable=False
    )
    """The asset that this row turned out to be; its former names lead there."""
    critical_minor = models.BigIntegerField(default=0, editable=False)
    """The upper end of the worst loss that starts here, own or inherited; kept on the row for lists."""
    critical_low_minor = models.BigIntegerField(default=0, editable=False)
    critical_currency = models.CharField(max_length=3, blank=True, default="", editable=False)
    critical_aspect = models.CharField(max_length=12, blank=True, default="", editable=False)
    critical_own = models.BooleanField(default=True, editable=False)
    """Whether that worst is its own, not that of something that needs it."""

    objects = VisibleSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "kind"], name="assets_by_unit"),
            models.Index(fields=["name", "id"], name="assets_by_name"),
            # None of these conditions names a value: SQLite does not see that a bound 'x' is the 'x' of an index.
            models.Index(fields=["name", "id"], name="assets_in_use", condition=Q(retired_at__isnull=True)),
            models.Index(fields=["name", "id"], name="assets_retired", condition=Q(retired_at__isnull=False)),
            # The unit stands last in these so that whoever sees a few units is counted for from the index alone.
            models.Index(
                fields=["owner", "name", "id", "unit"], name="assets_by_owner", condition=Q(retired_at__isnull=True)
            ),
            models.Index(
                fields=["reached_from", "name", "id", "unit"],
                name="assets_by_reach",
                condition=Q(retired_at__isnull=True),
            ),
            models.Index(
                fields=["unit", "kind", "name", "id"], name="assets_of_unit", condition=Q(retired_at__isnull=True)
            ),
            models.Index(fields=["unit", "name", "id"], name="retired_of_unit", condition=Q(retired_at__isnull=False)),
            models.Index(fields=["kind", "name", "id"], name="assets_by_kind", condition=Q(retired_at__isnull=True)),
            # A key's own index would hold the ownerless too, and SQLite would take it to count them, row by row.
            models.Index(fields=["owner"], name="assets_of_owner", condition=Q(owner__isnull=False)),
            models.Index(
                fields=["kind", "last_seen_at", "unit"],
                name="assets_by_last_seen",
                condition=Q(retired_at__isnull=True),
            ),
            models.Index(
                fields=["-critical_minor", "-id"], name="assets_by_critical", condition=Q(retired_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="an_asset_is_not_merged_into_itself"),
            models.UniqueConstraint(
                fields=["is_place"],
                name="one_building_per_place",
                condition=Q(retired_at__isnull=True, is_place__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def area(self) -> str:
        """digital, physical or people."""
        return self.AREA_OF_KIND.get(self.kind, "digital")

    @property
    def critical(self) -> tuple[Money, Money] | None:
        """The range of the worst loss that starts here, None where nobody has said any."""
        if not self.critical_minor:
            return None
        low, high = self.critical_low_minor, self.critical_minor
        return Money(low, self.critical_currency, Kind.WORTH), Money(high, self.critical_currency, Kind.WORTH)

    @property
    def critical_words(self) -> str:
        """Which harm the worst loss is."""
        return str(dict(AssetValue.ASPECTS).get(self.critical_aspect, ""))


class AssetValue(Record):
    """What one harm to an asset would cost: disclosed, altered, unavailable, destroyed; or whom it would hurt.

    People hurt are counted apart from money: `people_low` and `people_high` belong to that harm alone.
    """

    SUBJECT = "assets.value"
    KEPT = "What an asset was said to be worth stays."

    ASPECTS = [
        ("disclosed", "If disclosed"),
        ("altered", "If altered"),
        ("unavailable", "If unavailable for a day"),
        ("destroyed", "If destroyed or stolen"),
        ("hurt", "If people are hurt"),
    ]
    BASES = [("measured", "measured"), ("sector", "sector"), ("judgement", "judgement")]
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="values")
    aspect = models.CharField(max_length=12, choices=ASPECTS)
    low_minor = models.BigIntegerField()
    high_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    basis = models.CharField(max_length=10, choices=BASES)
    source = models.CharField(max_length=300, blank=True, default="")
    people_low = models.PositiveIntegerField(null=True, blank=True)
    people_high = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "aspect"], name="one_value_per_aspect"),
            models.CheckConstraint(
                condition=Q(low_minor__gte=0) & Q(high_minor__gte=F("low_minor")), name="a_value_runs_low_to_high"
            ),
            models.CheckConstraint(
                condition=Q(people_low__isnull=True, people_high__isnull=True)
                | Q(people_low__isnull=False, people_high__gte=F("people_low")),
                name="people_run_low_to_high",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.aspect} {self.low_minor}-{self.high_minor} {self.currency}"

    @property
    def low(self) -> Money:
        return Money(self.low_minor, self.currency, Kind.WORTH)

    @property
    def high(self) -> Money:
        return Money(self.high_minor, self.currency, Kind.WORTH)


class HeldClass(Record):
    """How many people's information of one class stands in a data set, for one country ("" where not told apart)."""

    SUBJECT = "assets.held_class"
    PURGE = RECORD

    CLASSES = [
        ("customer", "Customers"),
        ("employee", "Employees"),
        ("health", "Health"),
        ("card", "Payment cards"),
        ("children", "Children"),
        ("credentials", "Passwords and keys"),
        ("location", "Where people are"),
        ("biometric", "Faces, fingerprints, voices"),
        ("criminal", "Offences"),
        ("secrets", "Trade secrets"),
        ("designs", "Designs and recipes"),
        ("finance", "Accounts and payments"),
    ]
    # Classes that are about the organization itself: nobody is counted for them.
    WITHOUT_PEOPLE = frozenset({"secrets", "designs"})
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="classes")
    data_class = models.CharField(max_length=20, choices=CLASSES)
    country = models.CharField(max_length=2, blank=True, default="")
    people = models.PositiveBigIntegerField(null=True, blank=True)
    """How many people; null where nobody has counted, which is not none."""
    basis = models.CharField(max_length=10, choices=AssetValue.BASES)
    counted_on = models.DateField()
    source = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "data_class", "country"], name="a_class_once_per_country")
        ]

    def __str__(self) -> str:
        return f"{self.data_class} {self.country} {self.people}"
