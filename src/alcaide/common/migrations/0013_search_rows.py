from typing import Any

from django.apps import apps as installed
from django.db import migrations, models

AT_ONCE = 20_000


def name_rows(apps: Any, schema_editor: Any) -> None:
    """Write beside each document the primary key of its row, some thousands at a time."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        cursor.execute("SELECT kind, min(id), max(id) FROM common_searchdoc GROUP BY kind")
        spans = cursor.fetchall()
        for kind, first, last in spans:
            # The tables of the rooms above stand already where there are documents; their models are of later steps.
            model: Any = next((each for each in installed.get_models() if getattr(each, "SUBJECT", "") == kind), None)
            if model is None or model._meta.db_table not in tables:
                continue
            tail = f"substr(subject, {len(kind) + 2})"
            uid = f"replace({tail}, '-', '')" if connection.vendor == "sqlite" else f"{tail}::uuid"
            row = f"(SELECT r.{model._meta.pk.column} FROM {model._meta.db_table} r WHERE r.uid = {uid})"  # noqa: S608  our own names
            for start in range(first, last + 1, AT_ONCE):
                cursor.execute(
                    f"UPDATE common_searchdoc SET row = {row} WHERE kind = %s AND subject LIKE %s "  # noqa: S608  our own names
                    "AND id >= %s AND id < %s",
                    (kind, f"{kind}:{36 * '_'}", start, start + AT_ONCE),
                )


class Migration(migrations.Migration):
    dependencies = [("common", "0012_say_secret")]

    operations = [
        migrations.AddField("searchdoc", "row", models.BigIntegerField(null=True)),
        migrations.RunPython(name_rows, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="searchdoc", name="search_by_kind"),
        migrations.AddIndex(
            model_name="searchdoc", index=models.Index(fields=["kind", "row"], name="search_by_row")
        ),
    ]
