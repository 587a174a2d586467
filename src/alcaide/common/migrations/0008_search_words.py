"""The words of titles, for what is typed wrongly."""

from typing import Any

from django.db import migrations, models

AT_ONCE = 5_000


def learn_titles(apps: Any, schema_editor: Any) -> None:
    from alcaide.common.search import fold  # noqa: PLC0415  how words are folded is one function for ever

    word_model = apps.get_model("common", "SearchWord")
    known: set[str] = set()
    for title in apps.get_model("common", "SearchDoc").objects.values_list("title", flat=True).iterator(AT_ONCE):
        known.update(w for w in fold(title) if 4 <= len(w) <= 30 and not any(char.isdigit() for char in w))
    word_model.objects.bulk_create(
        [word_model(word=word, first=word[0], last=word[-1], length=len(word)) for word in sorted(known)],
        batch_size=AT_ONCE,
    )


class Migration(migrations.Migration):
    dependencies = [("common", "0007_saved_views_and_undo")]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=30, primary_key=True, serialize=False)),
                ("first", models.CharField(max_length=1)),
                ("last", models.CharField(max_length=1)),
                ("length", models.PositiveSmallIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["first", "length"], name="words_by_first"),
                    models.Index(fields=["last", "length"], name="words_by_last"),
                ]
            },
        ),
        migrations.RunPython(learn_titles, migrations.RunPython.noop),
    ]
