from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organization", "0002_legal_entities_staff_facts_rates")]

    operations = [
        migrations.AddIndex("person", models.Index(fields=["hr_number", "id"], name="person_by_hr_number")),
        migrations.AddIndex("person", models.Index(fields=["kind", "id"], name="person_by_kind")),
    ]
