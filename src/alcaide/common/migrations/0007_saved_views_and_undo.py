"""Views that people save, and what a bulk act keeps so that it can be taken back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import alcaide.common.ids


def record() -> list[tuple[str, models.Field]]:
    """Return the fields that every record has."""
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("uid", models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
        ("version", models.PositiveIntegerField(default=1, editable=False)),
        ("created_at", models.DateTimeField(auto_now_add=True)),
        ("changed_at", models.DateTimeField(auto_now=True)),
    ]


class Migration(migrations.Migration):
    dependencies = [("common", "0006_sheets")]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                *record(),
                ("list_name", models.CharField(max_length=60)),
                ("path", models.CharField(max_length=200)),
                ("name", models.CharField(max_length=60)),
                ("unit_id", models.BigIntegerField(null=True)),
                ("query", models.TextField(blank=True, default="")),
                ("columns", models.JSONField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["list_name", "unit_id"], name="views_shared")],
                "constraints": [
                    models.UniqueConstraint(fields=["list_name", "owner", "name"], name="one_view_name_per_owner")
                ],
            },
        ),
        migrations.CreateModel(
            name="UsualView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("list_name", models.CharField(max_length=60)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="usual_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "view",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="usual_for",
                        to="common.savedview",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["user", "list_name"], name="one_usual_view_per_list")],
            },
        ),
        migrations.CreateModel(
            name="Undo",
            fields=[
                *record(),
                ("act", models.CharField(max_length=80)),
                ("words", models.CharField(max_length=300)),
                ("rows", models.JSONField()),
                ("until", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="undos",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
