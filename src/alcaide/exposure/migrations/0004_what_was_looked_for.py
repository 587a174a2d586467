from django.db import migrations, models

from ._cheap import AddColumn


class Migration(migrations.Migration):

    dependencies = [
        ('exposure', '0003_actions_and_decisions'),
    ]

    operations = [
        AddColumn(
            model_name='report',
            name='command',
            field=models.TextField(blank=True, default=''),
        ),
        AddColumn(
            model_name='sighting',
            name='looked_for',
            field=models.JSONField(null=True),
        ),
    ]
