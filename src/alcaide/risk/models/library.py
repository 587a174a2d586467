"""The rows of the libraries as their lists ask by them; what they say stands in the content files."""

from django.db import models

from alcaide.common.content import ContentRow


class LibraryRow(ContentRow):
    """What both libraries are narrowed by."""

    RESTS = [("published", "A published figure"), ("judgement", "Judgement alone")]

    area = models.CharField(max_length=10)
    is_safety = models.BooleanField()
    tags = models.CharField(max_length=300)
    """Each between bars: |malware|stop|."""
    rests = models.CharField(max_length=10, choices=RESTS)

    class Meta:
        abstract = True


class LibraryScenarioRow(LibraryRow):
    """One scenario of the library."""

    often = models.FloatField()
    """Middle of the range of events a year, per what it counts by."""
    each_time = models.FloatField()
    """Middle of the range of losses, in whole units of the library's currency."""


class LibraryMeasureRow(LibraryRow):
    """One measure of the library."""

    cash = models.FloatField()
    """Low end of the cash a year, in whole units of the library's currency, per what it counts by."""
    hours = models.FloatField()
