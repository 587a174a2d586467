"""What passes between rooms as data: changes going up, prices coming down."""

from django.db import models

from alcaide.common.money import Kind, Money


class Change(models.Model):
    """Something in a room changed; upper rooms pull from there when they recompute."""

    DERIVED = "A sign for the rooms above, read once; the trail says what changed."

    room = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["room", "at"], name="change_by_room")]

    def __str__(self) -> str:
        return f"{self.room}: {self.subject}"


class Priced(models.Model):
    """What a subject is worth a year in money, with its 90 % range, as the last run said."""

    DERIVED = "Priced anew by every run, and the run is kept."

    subject = models.CharField(max_length=120)
    figure = models.CharField(max_length=40)
    amount_minor = models.BigIntegerField()
    low_minor = models.BigIntegerField()
    high_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    run = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "figure"], name="one_price_per_figure"),
            models.CheckConstraint(condition=models.Q(low_minor__lte=models.F("high_minor")), name="price_low_to_high"),
        ]
        indexes = [models.Index(fields=["figure", "-amount_minor"], name="priced_by_amount")]

    def __str__(self) -> str:
        return f"{self.subject} {self.figure}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency, Kind.EXPECTED)

    @property
    def low(self) -> Money:
        return Money(self.low_minor, self.currency, Kind.EXPECTED)

    @property
    def high(self) -> Money:
        return Money(self.high_minor, self.currency, Kind.EXPECTED)
