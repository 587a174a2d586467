from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("board", "0004_the_year"),
    ]

    operations = [
        migrations.AddField(
            model_name="feed", name="with_titles", field=models.BooleanField(default=False),
        ),
    ]
