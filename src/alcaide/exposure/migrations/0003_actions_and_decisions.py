import alcaide.common.ids
import datetime
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from ._cheap import Widen


class Migration(migrations.Migration):

    dependencies = [
        ('exposure', '0002_packages_and_ports'),
        ('organization', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FlawFacts',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('cve', models.CharField(max_length=24, unique=True)),
                ('automatable', models.BooleanField(null=True)),
                ('impact', models.CharField(blank=True, choices=[('total', 'Total'), ('partial', 'Partial'), ('', 'Not known')], default='', max_length=10)),
                ('basis', models.CharField(choices=[('published', 'published'), ('person', 'stated here')], max_length=10)),
                ('source', models.CharField(max_length=300)),
                ('stated_on', models.DateField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LimitTable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('bod', 'CISA BOD 26-04'), ('own', 'Our own table')], max_length=5)),
                ('rows', models.JSONField(default=list)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('counts', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='Promise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('promised_on', models.DateField()),
                ('end', models.CharField(choices=[('open', 'Stands'), ('kept', 'Kept'), ('late', 'Not kept'), ('moved', 'Moved before its day'), ('handed', 'Handed to another owner')], default='open', max_length=10)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        Widen(
            model_name='finding',
            name='due_why',
            field=models.CharField(blank=True, default='', max_length=400),
        ),
        migrations.CreateModel(
            name='Action',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('upgrade', 'Upgrade'), ('no_fix', 'No fixed version yet'), ('solution', 'Apply the solution'), ('configure', 'Configure anew')], max_length=10)),
                ('source', models.CharField(blank=True, default='', max_length=60)),
                ('check_id', models.CharField(blank=True, default='', max_length=200)),
                ('ecosystem', models.CharField(blank=True, default='', max_length=60)),
                ('package', models.CharField(blank=True, default='', max_length=200)),
                ('title', models.CharField(max_length=400)),
                ('detail', models.TextField(blank=True, default='')),
                ('hours', models.FloatField(default=1)),
                ('hours_basis', models.CharField(choices=[('rule', 'house rule'), ('measured', 'measured'), ('judgement', 'judgement')], default='rule', max_length=10)),
                ('hours_why', models.CharField(blank=True, default='', max_length=300)),
                ('promised_on', models.DateField(blank=True, null=True)),
                ('state', models.CharField(choices=[('open', 'Open'), ('window', 'Waits for a window'), ('accepted', 'Chosen not to fix'), ('done', 'Done')], default='open', max_length=10)),
                ('done_at', models.DateTimeField(null=True)),
                ('due_on', models.DateField(null=True)),
                ('limit_on', models.DateField(default=datetime.date(9999, 12, 31))),
                ('waits_until', models.DateField(null=True)),
                ('severity', models.PositiveSmallIntegerField(default=0)),
                ('open_findings', models.PositiveIntegerField(default=0)),
                ('decided_findings', models.PositiveIntegerField(default=0)),
                ('assets', models.PositiveIntegerField(default=0)),
                ('exploited', models.PositiveIntegerField(default=0)),
                ('removes_minor', models.BigIntegerField(default=0)),
                ('removes_low_minor', models.BigIntegerField(default=0)),
                ('removes_high_minor', models.BigIntegerField(default=0)),
                ('per_hour_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(blank=True, default='', max_length=3)),
                ('priced_run', models.UUIDField(null=True)),
                ('priced_at', models.DateTimeField(null=True)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='actions_owned', to='organization.person')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit')),
            ],
        ),
        migrations.AddField(
            model_name='finding',
            name='action',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='findings', to='exposure.action'),
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('exception', 'Accepted until a day'), ('window', 'Waits for a window'), ('false_positive', 'False positive')], max_length=15)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('asked', 'Asked for'), ('in_force', 'In force'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn'), ('ended', 'Ended')], default='asked', max_length=10)),
                ('title', models.CharField(max_length=400)),
                ('findings', models.PositiveIntegerField(default=0)),
                ('until', models.DateField(null=True)),
                ('reason', models.TextField()),
                ('evidence', models.TextField(blank=True, default='')),
                ('source', models.CharField(blank=True, default='', max_length=300)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('answer_by', models.DateField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('answer', models.TextField(blank=True, default='')),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_why', models.CharField(blank=True, default='', max_length=300)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.person')),
                ('renews', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='renewed_by', to='exposure.decision')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit')),
            ],
        ),
        migrations.CreateModel(
            name='Covered',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=32)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='covered', to='exposure.decision')),
            ],
        ),
        migrations.AddField(
            model_name='finding',
            name='decision',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='stands_for', to='exposure.decision'),
        ),
        migrations.AddIndex(
            model_name='finding',
            index=models.Index(fields=['action', 'state', 'limit_on', 'id'], name='findings_by_action'),
        ),
        migrations.AddIndex(
            model_name='finding',
            index=models.Index(condition=models.Q(('decision__isnull', False)), fields=['decision'], name='findings_decided'),
        ),
        migrations.AddField(
            model_name='flawfacts',
            name='stated_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='limittable',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='promise',
            name='action',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='promises', to='exposure.action'),
        ),
        migrations.AddField(
            model_name='promise',
            name='named_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='promise',
            name='owner',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='organization.person'),
        ),
        migrations.AddIndex(
            model_name='action',
            index=models.Index(fields=['state', '-per_hour_minor', '-id'], name='actions_by_per_hour'),
        ),
        migrations.AddIndex(
            model_name='action',
            index=models.Index(fields=['unit', 'state', '-per_hour_minor', '-id'], name='actions_by_unit'),
        ),
        migrations.AddIndex(
            model_name='action',
            index=models.Index(fields=['state', '-removes_minor', '-id'], name='actions_by_removes'),
        ),
        migrations.AddIndex(
            model_name='action',
            index=models.Index(fields=['state', 'limit_on', 'id'], name='actions_by_limit'),
        ),
        migrations.AddIndex(
            model_name='action',
            index=models.Index(fields=['state', '-hours', '-id'], name='actions_by_hours'),
        ),
        migrations.AddIndex(
            model_name='action',
            index=models.Index(fields=['state', '-exploited', '-id'], name='actions_by_exploited'),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.UniqueConstraint(fields=('unit', 'kind', 'source', 'check_id', 'ecosystem', 'package'), name='an_action_once_per_unit'),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(('hours__gt', 0)), name='an_action_takes_time'),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(('decided_findings__lte', models.F('open_findings'))), name='decided_findings_stand_open'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['state', 'until'], name='decisions_by_end'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['state', 'answer_by', 'id'], name='decisions_by_clock'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'false_positive'), ('until__isnull', False), _connector='OR'), name='a_decision_has_its_last_day'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), ('asked_by__isnull', True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='a_decision_has_two_people'),
        ),
        migrations.AddIndex(
            model_name='covered',
            index=models.Index(fields=['key'], name='covered_by_key'),
        ),
        migrations.AddConstraint(
            model_name='covered',
            constraint=models.UniqueConstraint(fields=('decision', 'key'), name='covered_once'),
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(fields=['owner', 'end'], name='promises_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='promise',
            constraint=models.UniqueConstraint(condition=models.Q(('end', 'open')), fields=('action',), name='one_open_promise_per_action'),
        ),
    ]
