"""Puts state and unit into the index of promises, so that those of the coming weeks are counted from it alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exposure", "0010_count_a_few_units")]

    operations = [
        migrations.RemoveIndex(model_name="action", name="actions_promised"),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                fields=["promised_on", "state", "unit"],
                name="actions_promised",
                condition=models.Q(promised_on__isnull=False),
            ),
        ),
    ]
