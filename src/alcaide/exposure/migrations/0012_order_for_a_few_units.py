from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exposure", "0011_promised_and_open")]

    operations = [
        migrations.RemoveIndex(model_name="action", name="actions_counted"),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                fields=["state", "kind", "owner", "promised_on", "priced_run", "unit"], name="actions_counted"
            ),
        ),
        migrations.RemoveIndex(model_name="finding", name="findings_by_severity"),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["state", "-severity", "-id", "unit"], name="findings_by_severity"),
        ),
        # Made anew, for SQLite takes the younger of two indexes that it thinks equal, and these hold far fewer.
        migrations.RemoveIndex(model_name="finding", name="findings_decided_by_rating"),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                fields=["state", "-severity", "-id"],
                name="findings_decided_by_rating",
                condition=models.Q(decision__isnull=False),
            ),
        ),
        migrations.RemoveIndex(model_name="finding", name="findings_exploited"),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                fields=["state", "-severity", "-id"],
                name="findings_exploited",
                condition=models.Q(exploited_since__isnull=False),
            ),
        ),
    ]
