import alcaide.common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from alcaide.common.migrations._laid import LayTables


class Migration(migrations.Migration):

    replaces = [('assets', '0001_initial'), ('assets', '0002_merges_doubts_criticality'), ('assets', '0003_without_edits'), ('assets', '0004_worst_on_the_row'), ('assets', '0005_indexes_that_cover'), ('assets', '0006_count_the_ownerless'), ('assets', '0007_count_a_few_units')]

    initial = True

    dependencies = [
        ('common', '0001_initial'),
        ('organization', '0003_people_by_number'),
    ]

    operations = [
        LayTables(
            models=[
                migrations.CreateModel(
                    name='Place',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('name', models.CharField(max_length=200)),
                        ('kind', models.CharField(choices=[('site', 'Site'), ('building', 'Building'), ('floor', 'Floor'), ('room', 'Room'), ('outdoors', 'Outdoors')], max_length=20)),
                        ('path', models.CharField(editable=False, max_length=400, unique=True)),
                        ('address', models.CharField(blank=True, default='', max_length=300)),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='assets.place')),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='organization.unit')),
                    ],
                    options={
                        'ordering': ('path',),
                        'constraints': [models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='a_place_is_not_its_own_parent')],
                    },
                ),
                migrations.CreateModel(
                    name='Asset',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('name', models.CharField(max_length=200)),
                        ('kind', models.CharField(choices=[('host', 'Host'), ('application', 'Application'), ('service', 'Service'), ('data_set', 'Data set'), ('building', 'Building'), ('equipment', 'Equipment'), ('vehicle', 'Vehicle'), ('goods', 'Goods'), ('people', 'Group of people'), ('brand', 'Brand'), ('supplier', 'Key supplier'), ('product', 'Product sold')], max_length=20)),
                        ('reached_from', models.CharField(choices=[('internet', 'From the internet'), ('internal', 'From inside only'), ('isolated', 'From nowhere else'), ('unknown', 'Not known yet')], default='unknown', max_length=10)),
                        ('reached_basis', models.CharField(blank=True, choices=[('measured', 'Tried from outside'), ('document', 'Written down'), ('judgement', 'Judgement')], default='', max_length=10)),
                        ('reached_why', models.CharField(blank=True, default='', max_length=200)),
                        ('reached_at', models.DateTimeField(blank=True, null=True)),
                        ('note', models.TextField(blank=True, default='')),
                        ('first_seen_at', models.DateTimeField(blank=True, null=True)),
                        ('last_seen_at', models.DateTimeField(blank=True, null=True)),
                        ('retired_at', models.DateTimeField(blank=True, null=True)),
                        ('critical_minor', models.BigIntegerField(default=0, editable=False)),
                        ('critical_low_minor', models.BigIntegerField(default=0, editable=False)),
                        ('critical_currency', models.CharField(blank=True, default='', editable=False, max_length=3)),
                        ('critical_aspect', models.CharField(blank=True, default='', editable=False, max_length=12)),
                        ('critical_own', models.BooleanField(default=True, editable=False)),
                        ('custodian', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='assets_kept', to='organization.person')),
                        ('merged_into', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_from', to='assets.asset')),
                        ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='assets_owned', to='organization.person')),
                        ('reached_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assets', to='organization.unit')),
                        ('is_place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='buildings', to='assets.place')),
                        ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='assets', to='assets.place')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['unit', 'kind'], name='assets_by_unit'), models.Index(fields=['name', 'id'], name='assets_by_name'), models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['name', 'id'], name='assets_in_use'), models.Index(condition=models.Q(('retired_at__isnull', False)), fields=['name', 'id'], name='assets_retired'), models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['kind', 'name', 'id'], name='assets_by_kind'), models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['-critical_minor', '-id'], name='assets_by_critical'), models.Index(condition=models.Q(('owner__isnull', False)), fields=['owner'], name='assets_of_owner'), models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['owner', 'name', 'id', 'unit'], name='assets_by_owner'), models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['reached_from', 'name', 'id', 'unit'], name='assets_by_reach'), models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['unit', 'kind', 'name', 'id'], name='assets_of_unit'), models.Index(condition=models.Q(('retired_at__isnull', False)), fields=['unit', 'name', 'id'], name='retired_of_unit'), models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['kind', 'last_seen_at', 'unit'], name='assets_by_last_seen')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('merged_into', models.F('id')), _negated=True), name='an_asset_is_not_merged_into_itself'), models.UniqueConstraint(condition=models.Q(('is_place__isnull', False), ('retired_at__isnull', True)), fields=('is_place',), name='one_building_per_place')],
                    },
                ),
                migrations.CreateModel(
                    name='AssetValue',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('aspect', models.CharField(choices=[('disclosed', 'If disclosed'), ('altered', 'If altered'), ('unavailable', 'If unavailable for a day'), ('destroyed', 'If destroyed or stolen'), ('hurt', 'If people are hurt')], max_length=12)),
                        ('low_minor', models.BigIntegerField()),
                        ('high_minor', models.BigIntegerField()),
                        ('currency', models.CharField(max_length=3)),
                        ('basis', models.CharField(choices=[('measured', 'measured'), ('sector', 'sector'), ('judgement', 'judgement')], max_length=10)),
                        ('source', models.CharField(blank=True, default='', max_length=300)),
                        ('people_low', models.PositiveIntegerField(blank=True, null=True)),
                        ('people_high', models.PositiveIntegerField(blank=True, null=True)),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='values', to='assets.asset')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('asset', 'aspect'), name='one_value_per_aspect'), models.CheckConstraint(condition=models.Q(('low_minor__gte', 0), ('high_minor__gte', models.F('low_minor'))), name='a_value_runs_low_to_high'), models.CheckConstraint(condition=models.Q(models.Q(('people_high__isnull', True), ('people_low__isnull', True)), models.Q(('people_high__gte', models.F('people_low')), ('people_low__isnull', False)), _connector='OR'), name='people_run_low_to_high')],
                    },
                ),
                migrations.CreateModel(
                    name='ClassReach',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('data_class', models.CharField(choices=[('customer', 'Customers'), ('employee', 'Employees'), ('health', 'Health'), ('card', 'Payment cards'), ('children', 'Children'), ('credentials', 'Passwords and keys'), ('location', 'Where people are'), ('biometric', 'Faces, fingerprints, voices'), ('criminal', 'Offences'), ('secrets', 'Trade secrets'), ('designs', 'Designs and recipes'), ('finance', 'Accounts and payments')], max_length=20)),
                        ('how', models.CharField(choices=[('holds', 'holds'), ('processes', 'processes'), ('runs', 'runs what processes')], max_length=10)),
                        ('people', models.PositiveBigIntegerField(null=True)),
                        ('is_counted', models.BooleanField(default=True)),
                        ('at', models.DateTimeField()),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='class_reach', to='assets.asset')),
                        ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assets.asset')),
                        ('via', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assets.asset')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['data_class', 'asset'], name='class_reach_by_class')],
                        'constraints': [models.UniqueConstraint(fields=('asset', 'data_class'), name='a_class_once_per_asset')],
                    },
                ),
                migrations.CreateModel(
                    name='Criticality',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('aspect', models.CharField(choices=[('disclosed', 'If disclosed'), ('altered', 'If altered'), ('unavailable', 'If unavailable for a day'), ('destroyed', 'If destroyed or stolen'), ('hurt', 'If people are hurt')], max_length=12)),
                        ('low_minor', models.BigIntegerField()),
                        ('high_minor', models.BigIntegerField()),
                        ('currency', models.CharField(max_length=3)),
                        ('people_low', models.PositiveIntegerField(null=True)),
                        ('people_high', models.PositiveIntegerField(null=True)),
                        ('steps', models.PositiveIntegerField(default=0)),
                        ('at', models.DateTimeField()),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criticality', to='assets.asset')),
                        ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assets.asset')),
                        ('via', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assets.asset')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('asset', 'aspect'), name='one_criticality_per_aspect')],
                    },
                ),
                migrations.CreateModel(
                    name='Dependency',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('why', models.CharField(blank=True, default='', max_length=200)),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='assets.asset')),
                        ('needs', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='needed_by', to='assets.asset')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('asset', 'needs'), name='a_dependency_once'), models.CheckConstraint(condition=models.Q(('asset', models.F('needs')), _negated=True), name='an_asset_does_not_need_itself')],
                    },
                ),
                migrations.CreateModel(
                    name='HeldClass',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('data_class', models.CharField(choices=[('customer', 'Customers'), ('employee', 'Employees'), ('health', 'Health'), ('card', 'Payment cards'), ('children', 'Children'), ('credentials', 'Passwords and keys'), ('location', 'Where people are'), ('biometric', 'Faces, fingerprints, voices'), ('criminal', 'Offences'), ('secrets', 'Trade secrets'), ('designs', 'Designs and recipes'), ('finance', 'Accounts and payments')], max_length=20)),
                        ('country', models.CharField(blank=True, default='', max_length=2)),
                        ('people', models.PositiveBigIntegerField(blank=True, null=True)),
                        ('basis', models.CharField(choices=[('measured', 'measured'), ('sector', 'sector'), ('judgement', 'judgement')], max_length=10)),
                        ('counted_on', models.DateField()),
                        ('source', models.CharField(blank=True, default='', max_length=300)),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='classes', to='assets.asset')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('asset', 'data_class', 'country'), name='a_class_once_per_country')],
                    },
                ),
                migrations.CreateModel(
                    name='Identifier',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=20)),
                        ('value', models.CharField(max_length=300)),
                        ('zone', models.CharField(blank=True, default='', max_length=60)),
                        ('first_seen_at', models.DateTimeField()),
                        ('last_seen_at', models.DateTimeField()),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identifiers', to='assets.asset')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['value', 'zone'], name='identifiers_by_value')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('kind', 'value', 'zone'), name='one_asset_at_a_time'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('first_seen_at')), _connector='OR'), name='an_identifier_ends_after_it_began')],
                    },
                ),
                migrations.CreateModel(
                    name='MatchDoubt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('stand_in', models.CharField(max_length=32, unique=True)),
                        ('why', models.CharField(choices=[('disagree', 'Two strong names lead to two assets'), ('foreign', 'Known in a unit that the importer may not change'), ('stale', 'Its address was last seen too long ago to decide')], max_length=10)),
                        ('name', models.CharField(max_length=200)),
                        ('target', models.CharField(default='host', max_length=20)),
                        ('zone', models.CharField(blank=True, default='', max_length=60)),
                        ('identifiers', models.JSONField(default=list)),
                        ('first_seen_at', models.DateTimeField()),
                        ('last_seen_at', models.DateTimeField()),
                        ('answer', models.CharField(blank=True, choices=[('', 'Open'), ('same', 'The same as a known asset'), ('other', 'An asset of its own'), ('all', 'All are one asset')], default='', max_length=5)),
                        ('answered_at', models.DateTimeField(null=True)),
                        ('reason', models.CharField(blank=True, default='', max_length=300)),
                        ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='doubts', to='assets.asset')),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['answer', '-last_seen_at', '-id'], name='doubts_by_answer')],
                    },
                ),
                migrations.CreateModel(
                    name='MatchCandidate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('speaks_for', models.JSONField(default=list)),
                        ('speaks_against', models.JSONField(default=list)),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assets.asset')),
                        ('doubt', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='candidates', to='assets.matchdoubt')),
                    ],
                    options={
                        'ordering': ('rank',),
                        'constraints': [models.UniqueConstraint(fields=('doubt', 'asset'), name='a_candidate_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Merge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('reason', models.CharField(max_length=300)),
                        ('moved', models.JSONField(default=dict)),
                        ('was_retired_at', models.DateTimeField(null=True)),
                        ('undone_at', models.DateTimeField(null=True)),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('merged', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merged_by', to='assets.asset')),
                        ('survivor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='assets.asset')),
                        ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('merged',), name='an_asset_is_merged_once')],
                    },
                ),
            ],
        ),
    ]
