"""The full-text side of the search: folded words by document, and the database's own index over them."""

from django.db import migrations

from ._search_index import build, remove


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0001_initial"),
    ]

    operations = [migrations.RunPython(build, remove)]
