from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery

# A report is many hosts; so many of them are put right at once.
REPORTS_AT_ONCE = 500


def name_who_looked(apps: Any, schema_editor: Any) -> None:
    """Say of every host seen so far who looked: until now the format of the report alone said so."""
    reports, sightings = apps.get_model("exposure", "Report"), apps.get_model("exposure", "Sighting")
    format_of = Subquery(reports.objects.filter(pk=OuterRef("report_id")).values("format")[:1])
    numbers = list(reports.objects.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(numbers), REPORTS_AT_ONCE):
        part = numbers[first : first + REPORTS_AT_ONCE]
        rows = sightings.objects.filter(report_id__gte=part[0], report_id__lte=part[-1], source="")
        rows.update(source=format_of)


class Migration(migrations.Migration):

    dependencies = [
        ('exposure', '0004_what_was_looked_for'),
    ]

    operations = [migrations.RunPython(name_who_looked, migrations.RunPython.noop)]
