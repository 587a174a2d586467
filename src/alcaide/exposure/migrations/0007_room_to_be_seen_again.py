import django.db.models.deletion
from django.db import migrations, models

from ._cheap import Unindex
from ._room import fill_up, make_room


class Migration(migrations.Migration):
    """Make it cheap to put down that a finding was seen again."""

    dependencies = [
        ("exposure", "0006_lists_of_one_unit"),
    ]

    operations = [
        Unindex(
            "finding",
            "last_report",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="last_found",
                to="exposure.report",
            ),
        ),
        migrations.RunPython(make_room, fill_up),
    ]
