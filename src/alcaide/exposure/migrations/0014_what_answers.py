from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exposure", "0013_applied_alone")]

    operations = [
        migrations.AddIndex(
            model_name="openport", index=models.Index(fields=["service", "port", "id"], name="ports_by_service")
        ),
        migrations.AddIndex(
            model_name="openport", index=models.Index(fields=["product", "port", "id"], name="ports_by_product")
        ),
    ]
