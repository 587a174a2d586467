from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0002_search"),
    ]

    operations = [
        migrations.AddField("jobtrack", "asked_again", models.BooleanField(default=False)),
        migrations.AddField("jobtrack", "started_at", models.DateTimeField(null=True)),
        migrations.AddField("jobtrack", "finished_at", models.DateTimeField(null=True)),
        migrations.AddField("jobtrack", "key", models.CharField(default="", max_length=200), preserve_default=False),
        migrations.AddField(
            "jobtrack",
            "state",
            models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("stopped", "Stopped"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AddIndex("jobtrack", models.Index(fields=["state", "-id"], name="jobs_by_state")),
        migrations.AddConstraint(
            "jobtrack",
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(state__in=["waiting", "running"]), name="one_open_job_per_key"
            ),
        ),
    ]
