from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exposure', '0003_actions_and_decisions'),
    ]

    operations = [
        migrations.AddField(
            model_name='report',
            name='command',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AddField(
            model_name='sighting',
            name='looked_for',
            field=models.JSONField(null=True),
        ),
    ]
