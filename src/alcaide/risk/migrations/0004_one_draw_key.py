"""No two scenarios share their draws."""

import alcaide.risk.models.scenario
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("risk", "0003_keep_the_draws")]

    operations = [
        migrations.AlterField(
            model_name="scenario",
            name="draw_key",
            field=models.CharField(
                default=alcaide.risk.models.scenario.any_draw_key, editable=False, max_length=80, unique=True
            ),
        ),
    ]
