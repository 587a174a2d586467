from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0002_merges_doubts_criticality'),
    ]

    operations = [
        migrations.DeleteModel(
            name='Edit',
        ),
        migrations.RemoveField(
            model_name='classreach',
            name='sets',
        ),
    ]
