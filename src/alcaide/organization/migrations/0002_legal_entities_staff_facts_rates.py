import alcaide.common.ids
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0008_search_words"),
        ("organization", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("holiday", "Holiday"),
                            ("sick", "Sick"),
                            ("training", "Training"),
                            ("parental", "Parental leave"),
                            ("other", "Other"),
                        ],
                        max_length=12,
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                ("from_noon", models.BooleanField(default=False, help_text="The first day begins at noon.")),
                ("until_noon", models.BooleanField(default=False, help_text="The last day ends at noon.")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-from_on", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=40)),
                (
                    "value",
                    models.JSONField(help_text="As its kind says; null where it stopped being known.", null=True),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
                (
                    "basis",
                    models.CharField(
                        choices=[("measured", "Measured"), ("sector", "Sector"), ("judgement", "Judgement")],
                        max_length=10,
                    ),
                ),
                ("source", models.CharField(max_length=400)),
                ("replaced_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-from_on", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Liaison",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("topic", models.CharField(max_length=120)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ("topic", "id"),
            },
        ),
        migrations.CreateModel(
            name="ListConfirmed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("kind", models.CharField(max_length=80)),
                ("ends", models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)])),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Qualification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("kind", models.CharField(max_length=120)),
                ("number", models.CharField(blank=True, default="", max_length=80)),
                ("issuer", models.CharField(blank=True, default="", max_length=200)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
                ("ends_on", models.DateField(editable=False)),
                ("file_name", models.CharField(blank=True, default="", max_length=200)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Rate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("ours", models.CharField(max_length=3)),
                ("currency", models.CharField(max_length=3)),
                ("on", models.DateField()),
                ("per_ours", models.CharField(help_text="How many of the currency one of ours buys.", max_length=40)),
                ("source", models.CharField(max_length=200)),
            ],
            options={
                "ordering": ("-on", "currency"),
            },
        ),
        migrations.AddField(
            model_name="organization",
            name="first_month",
            field=models.PositiveSmallIntegerField(
                default=1,
                help_text="First month of the fiscal year.",
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)],
            ),
        ),
        migrations.AddField(
            model_name="organization",
            name="rate_days",
            field=models.PositiveSmallIntegerField(
                default=31,
                help_text="How old, in days, a rate of a currency may be and still count.",
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(366)],
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="hr_number",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="HR number"),
        ),
        migrations.AddField(
            model_name="person",
            name="kind",
            field=models.CharField(
                choices=[("employee", "Employee"), ("contractor", "Contractor"), ("agency", "Agency worker")],
                default="employee",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="manager",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="reports",
                to="organization.person",
                verbose_name="reports to",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="place",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="unit",
            name="from_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="unit",
            name="jurisdiction",
            field=models.CharField(blank=True, default="", max_length=6),
        ),
        migrations.AddField(
            model_name="unit",
            name="legal_name",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="unit",
            name="registration",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AddField(
            model_name="unit",
            name="share_held",
            field=models.FloatField(blank=True, help_text="Share of the legal entity held, 0 to 1.", null=True),
        ),
        migrations.AddField(
            model_name="unit",
            name="until_on",
            field=models.DateField(blank=True, help_text="The last day; its history stays.", null=True),
        ),
        migrations.AlterField(
            model_name="unit",
            name="kind",
            field=models.CharField(
                choices=[
                    ("company", "Company"),
                    ("plant", "Plant"),
                    ("office", "Office"),
                    ("warehouse", "Warehouse"),
                    ("department", "Department"),
                    ("subsidiary", "Subsidiary"),
                    ("region", "Region"),
                    ("team", "Team"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["name", "id"], name="person_by_name"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["title", "id"], name="person_by_title"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["email", "id"], name="person_by_email"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["left_on"], name="person_by_leaving"),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_month__gte", 1), ("first_month__lte", 12)), name="first_month_is_a_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                condition=models.Q(("hr_number", ""), _negated=True),
                fields=("hr_number",),
                name="one_person_per_hr_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("manager__isnull", True), models.Q(("manager", models.F("id")), _negated=True), _connector="OR"
                ),
                name="nobody_reports_to_themselves",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until_on__isnull", True),
                    ("from_on__isnull", True),
                    ("until_on__gte", models.F("from_on")),
                    _connector="OR",
                ),
                name="a_unit_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("share_held__isnull", True),
                    models.Q(("share_held__gte", 0), ("share_held__lte", 1)),
                    _connector="OR",
                ),
                name="share_held_is_a_share",
            ),
        ),
        migrations.AddField(
            model_name="absence",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="absences", to="organization.person"
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="said_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="facts", to="organization.unit"
            ),
        ),
        migrations.AddField(
            model_name="liaison",
            name="deputy",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="deputy_liaisons",
                to="organization.person",
            ),
        ),
        migrations.AddField(
            model_name="liaison",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="liaisons", to="organization.person"
            ),
        ),
        migrations.AddField(
            model_name="liaison",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="liaisons", to="organization.unit"
            ),
        ),
        migrations.AddField(
            model_name="listconfirmed",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="listconfirmed",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="common.storedfile"
            ),
        ),
        migrations.AddField(
            model_name="qualification",
            name="file",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="common.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="qualification",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="qualifications", to="organization.person"
            ),
        ),
        migrations.AddField(
            model_name="qualification",
            name="verified_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="rate",
            name="said_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="absence",
            index=models.Index(fields=["person", "from_on"], name="absence_by_person"),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__gte", models.F("from_on"))), name="an_absence_ends_after_it_begins"
            ),
        ),
        migrations.AddIndex(
            model_name="fact",
            index=models.Index(fields=["unit", "key", "from_on"], name="fact_by_day"),
        ),
        migrations.AddConstraint(
            model_name="fact",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"),
                name="a_fact_ends_after_it_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="liaison",
            index=models.Index(fields=["topic", "id"], name="liaison_by_topic"),
        ),
        migrations.AddConstraint(
            model_name="liaison",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"),
                name="a_liaison_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="liaison",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("deputy__isnull", True), models.Q(("deputy", models.F("person")), _negated=True), _connector="OR"
                ),
                name="a_deputy_is_somebody_else",
            ),
        ),
        migrations.AddIndex(
            model_name="qualification",
            index=models.Index(fields=["ends_on", "id"], name="qualification_by_end"),
        ),
        migrations.AddConstraint(
            model_name="qualification",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"),
                name="a_qualification_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="rate",
            constraint=models.UniqueConstraint(fields=("ours", "currency", "on"), name="one_rate_a_day"),
        ),
        migrations.AddConstraint(
            model_name="rate",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency", models.F("ours")), _negated=True), name="no_rate_to_itself"
            ),
        ),
    ]
