from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0004_worst_on_the_row'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='asset',
            name='assets_ownerless',
        ),
        migrations.AddIndex(
            model_name='asset',
            index=models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['owner', 'name', 'id'], name='assets_by_owner'),
        ),
    ]
