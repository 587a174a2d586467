from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0003_without_edits'),
    ]

    operations = [
        migrations.AddField(
            model_name='asset',
            name='critical_low_minor',
            field=models.BigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='asset',
            name='critical_currency',
            field=models.CharField(blank=True, default='', editable=False, max_length=3),
        ),
        migrations.AddField(
            model_name='asset',
            name='critical_aspect',
            field=models.CharField(blank=True, default='', editable=False, max_length=12),
        ),
        migrations.AddField(
            model_name='asset',
            name='critical_own',
            field=models.BooleanField(default=True, editable=False),
        ),
    ]
