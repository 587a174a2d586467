import alcaide.common.ids
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from alcaide.common.migrations._laid import LayTables


class Migration(migrations.Migration):

    replaces = [('organization', '0001_initial'), ('organization', '0002_legal_entities_staff_facts_rates'), ('organization', '0003_people_by_number')]

    initial = True

    dependencies = [
        ('common', '0008_search_words'),
    ]

    operations = [
        LayTables(
            models=[
                migrations.CreateModel(
                    name='ListConfirmed',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(max_length=80)),
                        ('ends', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)])),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='common.storedfile')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Organization',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('name', models.CharField(max_length=200)),
                        ('currency', models.CharField(max_length=3)),
                        ('time_zone', models.CharField(default='UTC', max_length=64)),
                        ('is_example', models.BooleanField(default=False)),
                        ('shared_swing', models.FloatField(default=0.25, help_text='How far all rates move together from year to year: coefficient of variation of the shared factor.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(2)])),
                        ('first_month', models.PositiveSmallIntegerField(default=1, help_text='First month of the fiscal year.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)])),
                        ('rate_days', models.PositiveSmallIntegerField(default=31, help_text='How old, in days, a rate of a currency may be and still count.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(366)])),
                    ],
                    options={
                        'abstract': False,
                        'constraints': [models.CheckConstraint(condition=models.Q(('first_month__gte', 1), ('first_month__lte', 12)), name='first_month_is_a_month')],
                    },
                ),
                migrations.CreateModel(
                    name='Rate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('ours', models.CharField(max_length=3)),
                        ('currency', models.CharField(max_length=3)),
                        ('on', models.DateField()),
                        ('per_ours', models.CharField(help_text='How many of the currency one of ours buys.', max_length=40)),
                        ('source', models.CharField(max_length=200)),
                        ('said_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ('-on', 'currency'),
                        'constraints': [models.UniqueConstraint(fields=('ours', 'currency', 'on'), name='one_rate_a_day'), models.CheckConstraint(condition=models.Q(('currency', models.F('ours')), _negated=True), name='no_rate_to_itself')],
                    },
                ),
                migrations.CreateModel(
                    name='Unit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('name', models.CharField(max_length=200)),
                        ('kind', models.CharField(choices=[('company', 'Company'), ('plant', 'Plant'), ('office', 'Office'), ('warehouse', 'Warehouse'), ('department', 'Department'), ('subsidiary', 'Subsidiary'), ('region', 'Region'), ('team', 'Team')], max_length=20)),
                        ('path', models.CharField(editable=False, max_length=400, unique=True)),
                        ('country', models.CharField(blank=True, default='', max_length=2)),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='organization.unit')),
                        ('from_on', models.DateField(blank=True, null=True)),
                        ('jurisdiction', models.CharField(blank=True, default='', max_length=6)),
                        ('legal_name', models.CharField(blank=True, default='', max_length=200)),
                        ('registration', models.CharField(blank=True, default='', max_length=80)),
                        ('share_held', models.FloatField(blank=True, help_text='Share of the legal entity held, 0 to 1.', null=True)),
                        ('until_on', models.DateField(blank=True, help_text='The last day; its history stays.', null=True)),
                    ],
                    options={
                        'ordering': ('path',),
                        'constraints': [models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='a_unit_is_not_its_own_parent'), models.UniqueConstraint(fields=('parent', 'name'), name='one_unit_name_per_parent'), models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('from_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='a_unit_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('share_held__isnull', True), models.Q(('share_held__gte', 0), ('share_held__lte', 1)), _connector='OR'), name='share_held_is_a_share')],
                    },
                ),
                migrations.CreateModel(
                    name='Appetite',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('limit_minor', models.BigIntegerField(validators=[django.core.validators.MinValueValidator(1)])),
                        ('currency', models.CharField(max_length=3)),
                        ('chance', models.FloatField(help_text='Highest accepted chance, a share of years, of passing the sum.')),
                        ('note', models.TextField(blank=True, default='')),
                        ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appetites', to='organization.unit')),
                    ],
                    options={
                        'ordering': ('-id',),
                        'constraints': [models.CheckConstraint(condition=models.Q(('limit_minor__gt', 0)), name='appetite_above_zero'), models.CheckConstraint(condition=models.Q(('chance__gt', 0), ('chance__lt', 1)), name='appetite_chance_is_a_share')],
                    },
                ),
                migrations.CreateModel(
                    name='Fact',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('key', models.CharField(max_length=40)),
                        ('value', models.JSONField(help_text='As its kind says; null where it stopped being known.', null=True)),
                        ('from_on', models.DateField()),
                        ('until_on', models.DateField(blank=True, null=True)),
                        ('basis', models.CharField(choices=[('measured', 'Measured'), ('sector', 'Sector'), ('judgement', 'Judgement')], max_length=10)),
                        ('source', models.CharField(max_length=400)),
                        ('replaced_at', models.DateTimeField(blank=True, null=True)),
                        ('said_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='organization.unit')),
                    ],
                    options={
                        'ordering': ('-from_on', '-id'),
                        'indexes': [models.Index(fields=['unit', 'key', 'from_on'], name='fact_by_day')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='a_fact_ends_after_it_begins')],
                    },
                ),
                migrations.CreateModel(
                    name='Grant',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('role', models.CharField(max_length=20)),
                        ('from_on', models.DateField()),
                        ('until_on', models.DateField(blank=True, null=True)),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                        ('granted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='grants_given', to=settings.AUTH_USER_MODEL)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to=settings.AUTH_USER_MODEL)),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='organization.unit')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('user', 'role', 'unit'), name='one_grant_in_force'), models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='a_grant_ends_after_it_begins')],
                    },
                ),
                migrations.CreateModel(
                    name='Person',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('name', models.CharField(max_length=200)),
                        ('email', models.EmailField(blank=True, default='', max_length=254)),
                        ('title', models.CharField(blank=True, default='', max_length=200)),
                        ('joined_on', models.DateField(blank=True, null=True)),
                        ('left_on', models.DateField(blank=True, null=True)),
                        ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='person', to=settings.AUTH_USER_MODEL)),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='organization.unit')),
                        ('hr_number', models.CharField(blank=True, default='', max_length=40, verbose_name='HR number')),
                        ('kind', models.CharField(choices=[('employee', 'Employee'), ('contractor', 'Contractor'), ('agency', 'Agency worker')], default='employee', max_length=12)),
                        ('manager', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='organization.person', verbose_name='reports to')),
                        ('place', models.CharField(blank=True, default='', max_length=200)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['name', 'id'], name='person_by_name'), models.Index(fields=['title', 'id'], name='person_by_title'), models.Index(fields=['email', 'id'], name='person_by_email'), models.Index(fields=['left_on'], name='person_by_leaving'), models.Index(fields=['hr_number', 'id'], name='person_by_hr_number'), models.Index(fields=['kind', 'id'], name='person_by_kind')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('email', ''), _negated=True), fields=('email',), name='one_person_per_email'), models.CheckConstraint(condition=models.Q(('left_on__isnull', True), ('joined_on__isnull', True), ('left_on__gte', models.F('joined_on')), _connector='OR'), name='a_person_leaves_after_joining'), models.UniqueConstraint(condition=models.Q(('hr_number', ''), _negated=True), fields=('hr_number',), name='one_person_per_hr_number'), models.CheckConstraint(condition=models.Q(('manager__isnull', True), models.Q(('manager', models.F('id')), _negated=True), _connector='OR'), name='nobody_reports_to_themselves')],
                    },
                ),
                migrations.CreateModel(
                    name='Absence',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('holiday', 'Holiday'), ('sick', 'Sick'), ('training', 'Training'), ('parental', 'Parental leave'), ('other', 'Other')], max_length=12)),
                        ('from_on', models.DateField()),
                        ('until_on', models.DateField()),
                        ('from_noon', models.BooleanField(default=False, help_text='The first day begins at noon.')),
                        ('until_noon', models.BooleanField(default=False, help_text='The last day ends at noon.')),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to='organization.person')),
                    ],
                    options={
                        'ordering': ('-from_on', '-id'),
                        'indexes': [models.Index(fields=['person', 'from_on'], name='absence_by_person')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('until_on__gte', models.F('from_on'))), name='an_absence_ends_after_it_begins')],
                    },
                ),
                migrations.CreateModel(
                    name='Liaison',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('topic', models.CharField(max_length=120)),
                        ('from_on', models.DateField()),
                        ('until_on', models.DateField(blank=True, null=True)),
                        ('deputy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deputy_liaisons', to='organization.person')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='liaisons', to='organization.person')),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='liaisons', to='organization.unit')),
                    ],
                    options={
                        'ordering': ('topic', 'id'),
                        'indexes': [models.Index(fields=['topic', 'id'], name='liaison_by_topic')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='a_liaison_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('deputy__isnull', True), models.Q(('deputy', models.F('person')), _negated=True), _connector='OR'), name='a_deputy_is_somebody_else')],
                    },
                ),
                migrations.CreateModel(
                    name='Qualification',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(max_length=120)),
                        ('number', models.CharField(blank=True, default='', max_length=80)),
                        ('issuer', models.CharField(blank=True, default='', max_length=200)),
                        ('from_on', models.DateField()),
                        ('until_on', models.DateField(blank=True, null=True)),
                        ('ends_on', models.DateField(editable=False)),
                        ('file_name', models.CharField(blank=True, default='', max_length=200)),
                        ('verified_at', models.DateTimeField(blank=True, null=True)),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                        ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='common.storedfile')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='qualifications', to='organization.person')),
                        ('verified_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['ends_on', 'id'], name='qualification_by_end')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='a_qualification_ends_after_it_begins')],
                    },
                ),
            ],
        ),
    ]
