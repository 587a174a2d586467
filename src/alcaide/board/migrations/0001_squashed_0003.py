import alcaide.common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from alcaide.common.migrations._laid import LayTables


class Migration(migrations.Migration):

    replaces = [('board', '0001_initial'), ('board', '0002_initial'), ('board', '0003_snoozes_and_delegations')]

    initial = True

    dependencies = [
        ('common', '0003_jobs_state'),
        ('controls', '0001_initial'),
        ('risk', '0001_initial'),
    ]

    operations = [
        LayTables(
            models=[
                migrations.CreateModel(
                    name='Decision',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('decided_at', models.DateTimeField()),
                        ('note', models.TextField(blank=True, default='')),
                        ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('measures', models.ManyToManyField(related_name='decisions', to='controls.measure')),
                        ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='risk.proposal')),
                    ],
                    options={
                        'ordering': ('-id',),
                    },
                ),
                migrations.CreateModel(
                    name='Delegation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('key', models.CharField(max_length=32)),
                        ('about', models.CharField(max_length=120)),
                        ('title', models.CharField(max_length=300)),
                        ('url', models.CharField(max_length=300)),
                        ('note', models.CharField(blank=True, default='', max_length=300)),
                        ('ended_at', models.DateTimeField(null=True)),
                        ('ended_how', models.CharField(blank=True, choices=[('declined', 'Declined'), ('taken_back', 'Taken back')], default='', max_length=10)),
                        ('ended_why', models.CharField(blank=True, default='', max_length=300)),
                        ('giver', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegations_given', to=settings.AUTH_USER_MODEL)),
                        ('taker', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegations_taken', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ('-id',),
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('giver', 'key'), name='one_taker_a_thing'), models.CheckConstraint(condition=models.Q(('giver', models.F('taker')), _negated=True), name='nobody_delegates_to_themselves')],
                    },
                ),
                migrations.CreateModel(
                    name='Pack',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('title', models.CharField(max_length=200)),
                        ('made_at', models.DateTimeField()),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='common.storedfile')),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='risk.run')),
                    ],
                    options={
                        'ordering': ('-id',),
                    },
                ),
                migrations.CreateModel(
                    name='Snooze',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('key', models.CharField(max_length=32)),
                        ('about', models.CharField(max_length=120)),
                        ('title', models.CharField(max_length=300)),
                        ('url', models.CharField(max_length=300)),
                        ('until', models.DateTimeField()),
                        ('clock_was', models.DateTimeField(null=True)),
                        ('reason', models.CharField(max_length=300)),
                        ('woken_at', models.DateTimeField(null=True)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='snoozes', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ('until', 'id'),
                        'constraints': [models.UniqueConstraint(condition=models.Q(('woken_at__isnull', True)), fields=('user', 'key'), name='one_snooze_a_thing')],
                    },
                ),
            ],
        ),
    ]
