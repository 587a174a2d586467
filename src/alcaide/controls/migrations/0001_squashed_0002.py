import alcaide.common.ids
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from alcaide.common.migrations._laid import LayTables


class Migration(migrations.Migration):

    replaces = [('controls', '0001_initial'), ('controls', '0002_tests_and_tasks')]

    initial = True

    dependencies = [
        ('common', '0001_initial'),
        ('organization', '0001_initial'),
    ]

    operations = [
        LayTables(
            models=[
                migrations.CreateModel(
                    name='Measure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('name', models.CharField(max_length=200)),
                        ('area', models.CharField(choices=[('digital', 'Digital'), ('physical', 'Physical'), ('people', 'People')], max_length=10)),
                        ('what', models.TextField(blank=True, default='')),
                        ('cost_minor', models.BigIntegerField(validators=[django.core.validators.MinValueValidator(0)])),
                        ('currency', models.CharField(max_length=3)),
                        ('cost_source', models.CharField(blank=True, default='', max_length=300)),
                        ('effort_hours', models.FloatField(default=0, validators=[django.core.validators.MinValueValidator(0)])),
                        ('mandatory', models.BooleanField(default=False)),
                        ('mandatory_why', models.CharField(blank=True, default='', max_length=300)),
                        ('state', models.CharField(choices=[('proposed', 'Proposed'), ('adopted', 'Adopted, not in place yet'), ('in_place', 'In place'), ('dropped', 'Dropped')], default='proposed', max_length=10)),
                        ('due_on', models.DateField(blank=True, null=True)),
                        ('adopted_at', models.DateTimeField(blank=True, null=True)),
                        ('in_place_at', models.DateTimeField(blank=True, null=True)),
                        ('adopted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='measures_owned', to='organization.person')),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measures', to='organization.unit')),
                        ('failing_since', models.DateField(editable=False, null=True)),
                        ('held_high', models.FloatField(default=1.0, editable=False, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)])),
                        ('held_low', models.FloatField(default=1.0, editable=False, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)])),
                        ('last_result', models.CharField(default='', editable=False, max_length=8)),
                        ('overdue_high', models.FloatField(default=1.0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)])),
                        ('overdue_low', models.FloatField(default=1.0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)])),
                        ('test_due_on', models.DateField(editable=False, null=True)),
                        ('test_every_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('tested_on', models.DateField(editable=False, null=True)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('test_due_on__isnull', False)), fields=['test_due_on'], name='measures_by_test'), models.Index(condition=models.Q(('failing_since__isnull', False)), fields=['failing_since'], name='measures_failing')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('cost_minor__gte', 0)), name='a_measure_costs_nothing_or_more'), models.UniqueConstraint(fields=('unit', 'name'), name='one_measure_name_per_unit'), models.CheckConstraint(condition=models.Q(('overdue_low__gte', 0), ('overdue_high__gte', models.F('overdue_low')), ('overdue_high__lte', 1)), name='what_counts_while_overdue_is_a_share'), models.CheckConstraint(condition=models.Q(('held_low__gte', 0), ('held_high__gte', models.F('held_low')), ('held_high__lte', 1)), name='what_a_test_leaves_in_force_is_a_share')],
                    },
                ),
                migrations.CreateModel(
                    name='MeasureLink',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('needs', 'needs'), ('excludes', 'cannot stand beside')], max_length=10)),
                        ('measure', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='controls.measure')),
                        ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='linked_from', to='controls.measure')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('kind', 'measure', 'other'), name='a_link_once'), models.CheckConstraint(condition=models.Q(('measure', models.F('other')), _negated=True), name='a_measure_is_not_linked_to_itself')],
                    },
                ),
                migrations.CreateModel(
                    name='MeasureTask',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('what', models.CharField(max_length=200)),
                        ('due_on', models.DateField(blank=True, null=True)),
                        ('done_at', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('done_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('measure', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='controls.measure')),
                        ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='organization.person')),
                    ],
                    options={
                        'ordering': ('id',),
                        'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['due_on'], name='tasks_open_by_day')],
                    },
                ),
                migrations.CreateModel(
                    name='MeasureTest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('what', models.CharField(max_length=200)),
                        ('how', models.TextField(blank=True, default='')),
                        ('tested_on', models.DateField()),
                        ('by_whom', models.CharField(max_length=200)),
                        ('result', models.CharField(choices=[('works', 'Works'), ('partly', 'Works in part'), ('fails', 'Does not work'), ('untested', 'Could not be tested')], max_length=8)),
                        ('found', models.TextField(blank=True, default='')),
                        ('held_low', models.FloatField(default=1.0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)])),
                        ('held_high', models.FloatField(default=1.0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)])),
                        ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('measure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tests', to='controls.measure')),
                    ],
                    options={
                        'ordering': ('-tested_on', '-id'),
                        'indexes': [models.Index(fields=['measure', '-tested_on', '-id'], name='tests_of_a_measure')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('held_low__gte', 0), ('held_high__gte', models.F('held_low')), ('held_high__lte', 1)), name='a_test_finds_a_share_in_force'), models.CheckConstraint(condition=models.Q(models.Q(('result', 'works'), _negated=True), models.Q(('held_high', 1), ('held_low', 1)), _connector='OR'), name='what_works_is_wholly_in_force')],
                    },
                ),
            ],
        ),
    ]
