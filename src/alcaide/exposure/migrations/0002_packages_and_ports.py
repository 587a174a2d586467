import django.db.models.deletion
from django.db import migrations, models

from ._cheap import AddColumn, Widen


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0001_initial'),
        ('exposure', '0001_initial'),
    ]

    operations = [
        AddColumn(
            model_name='finding',
            name='fixed',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        AddColumn(
            model_name='finding',
            name='installed',
            field=models.CharField(blank=True, default='', max_length=120),
        ),
        AddColumn(
            model_name='finding',
            name='kind',
            field=models.CharField(choices=[('service', 'On a host'), ('package', 'In a package'), ('configuration', 'In a configuration'), ('code', 'In code'), ('secret', 'A secret laid open'), ('licence', 'In a licence')], default='service', max_length=20),
        ),
        AddColumn(
            model_name='finding',
            name='location',
            field=models.CharField(blank=True, default='', max_length=500),
        ),
        AddColumn(
            model_name='finding',
            name='package',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        AddColumn(
            model_name='finding',
            name='purl',
            field=models.CharField(blank=True, default='', max_length=400),
        ),
        AddColumn(
            model_name='finding',
            name='where',
            field=models.CharField(blank=True, default='', max_length=300),
        ),
        AddColumn(
            model_name='report',
            name='kinds',
            field=models.JSONField(default=dict),
        ),
        AddColumn(
            model_name='sighting',
            name='matched_as',
            field=models.CharField(blank=True, default='', max_length=300),
        ),
        AddColumn(
            model_name='sighting',
            name='source',
            field=models.CharField(blank=True, default='', max_length=60),
        ),
        AddColumn(
            model_name='sighting',
            name='target',
            field=models.CharField(choices=[('host', 'Host'), ('image', 'Image'), ('repository', 'Repository'), ('files', 'Files'), ('cluster', 'Cluster'), ('application', 'Application')], default='host', max_length=20),
        ),
        Widen(
            model_name='check',
            name='check_id',
            field=models.CharField(max_length=200),
        ),
        Widen(
            model_name='check',
            name='source',
            field=models.CharField(max_length=60),
        ),
        Widen(
            model_name='finding',
            name='check_id',
            field=models.CharField(max_length=200),
        ),
        Widen(
            model_name='finding',
            name='source',
            field=models.CharField(max_length=60),
        ),
        Widen(
            model_name='findingflaw',
            name='cve',
            field=models.CharField(db_index=True, max_length=60),
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=32, unique=True)),
                ('source', models.CharField(max_length=60)),
                ('check_id', models.CharField(max_length=200)),
                ('names', models.JSONField(default=list)),
                ('where', models.CharField(blank=True, default='', max_length=300)),
                ('package', models.CharField(blank=True, default='', max_length=200)),
                ('purl', models.CharField(blank=True, default='', max_length=400)),
                ('said', models.CharField(choices=[('not-affected', 'Not affected'), ('fixed', 'Fixed'), ('false-positive', 'A false alarm'), ('suppressed', 'Suppressed')], max_length=20)),
                ('why', models.TextField(blank=True, default='')),
                ('said_at', models.DateTimeField()),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='assets.asset')),
                ('first_report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exposure.report')),
                ('last_report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='exposure.report')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='FindingAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(db_index=True, max_length=60)),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='exposure.finding')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('finding', 'name'), name='an_alias_once_per_finding')],
            },
        ),
        migrations.CreateModel(
            name='OpenPort',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('port', models.PositiveIntegerField()),
                ('protocol', models.CharField(max_length=20)),
                ('service', models.CharField(blank=True, default='', max_length=60)),
                ('product', models.CharField(blank=True, default='', max_length=200)),
                ('version', models.CharField(blank=True, default='', max_length=100)),
                ('cpes', models.JSONField(default=list)),
                ('first_seen_at', models.DateTimeField()),
                ('last_seen_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('asset', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='open_ports', to='assets.asset')),
                ('first_report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exposure.report')),
                ('last_report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='open_ports', to='exposure.report')),
            ],
            options={
                'indexes': [models.Index(fields=['port', 'id'], name='ports_by_number'), models.Index(fields=['last_seen_at', 'id'], name='ports_by_sight'), models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['port', 'id'], name='ports_open')],
                'constraints': [models.UniqueConstraint(fields=('asset', 'port', 'protocol'), name='a_port_once_per_asset')],
            },
        ),
    ]
