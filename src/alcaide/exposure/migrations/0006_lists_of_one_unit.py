from django.db import migrations, models
from django.db.models import Q

_RATING = ["state", "-severity", "-id"]


class Migration(migrations.Migration):
    """Let a head's counts and the list of what was decided come from indexes."""

    dependencies = [
        ("exposure", "0005_who_looked"),
    ]

    operations = [
        migrations.AddIndex(
            "finding", models.Index(fields=["unit", "state", "limit_on", "id"], name="findings_by_unit_limit")
        ),
        migrations.AddIndex(
            "finding",
            models.Index(fields=_RATING, name="findings_decided_by_rating", condition=Q(decision__isnull=False)),
        ),
        migrations.AddIndex(
            "finding",
            models.Index(
                fields=["unit", *_RATING], name="findings_decided_by_unit", condition=Q(decision__isnull=False)
            ),
        ),
    ]
