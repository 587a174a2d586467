import alcaide.common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from alcaide.common.migrations._laid import LayTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('common', '0003_jobs_state'),
    ]

    operations = [
        LayTables(
            models=[
                migrations.CreateModel(
                    name='Feed',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('kev', 'Known exploited flaws (CISA KEV)'), ('epss', 'Chance of exploitation (FIRST EPSS)')], max_length=10)),
                        ('again', models.PositiveIntegerField(default=0)),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Being read'), ('done', 'In force'), ('failed', 'Not taken in')], default='waiting', max_length=10)),
                        ('reason', models.TextField(blank=True, default='')),
                        ('edition', models.CharField(max_length=60)),
                        ('dated_on', models.DateField(null=True)),
                        ('rows', models.PositiveIntegerField(default=0)),
                        ('added', models.PositiveIntegerField(default=0)),
                        ('changed', models.PositiveIntegerField(default=0)),
                        ('removed', models.PositiveIntegerField(default=0)),
                        ('quarantined', models.PositiveIntegerField(default=0)),
                        ('notices', models.JSONField(default=list)),
                        ('mean_probability', models.FloatField(null=True)),
                        ('finished_at', models.DateTimeField(null=True)),
                        ('brought_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='common.storedfile')),
                    ],
                    options={
                        'ordering': ('-id',),
                        'indexes': [models.Index(fields=['kind', 'state', '-id'], name='feeds_in_force')],
                        'constraints': [models.UniqueConstraint(fields=('kind', 'file', 'again'), name='an_edition_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Exploitation',
                    fields=[
                        ('cve', models.CharField(max_length=24, primary_key=True, serialize=False)),
                        ('probability', models.FloatField()),
                        ('percentile', models.FloatField()),
                        ('feed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='threats.feed')),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('probability__gte', 0), ('probability__lte', 1)), name='epss_is_a_share')],
                    },
                ),
                migrations.CreateModel(
                    name='KnownExploited',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('cve', models.CharField(max_length=24, unique=True)),
                        ('vendor', models.CharField(blank=True, default='', max_length=200)),
                        ('product', models.CharField(blank=True, default='', max_length=200)),
                        ('name', models.CharField(blank=True, default='', max_length=300)),
                        ('added_on', models.DateField()),
                        ('due_on', models.DateField(null=True)),
                        ('ransomware', models.BooleanField(default=False)),
                        ('removed_on', models.DateField(null=True)),
                        ('feed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='threats.feed')),
                    ],
                ),
            ],
        ),
    ]
