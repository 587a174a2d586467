import alcaide.common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('common', '0005_sent'),
    ]

    operations = [
        migrations.CreateModel(
            name='SheetImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(max_length=80)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='common.storedfile')),
                ('file_name', models.CharField(max_length=255)),
                ('brought_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reach', models.TextField(blank=True, default='')),
                ('state', models.CharField(choices=[('columns', 'Columns to be matched'), ('checking', 'Being tried'), ('checked', 'Tried, not imported'), ('running', 'Being imported'), ('done', 'Imported'), ('failed', 'Failed'), ('undoing', 'Being undone'), ('undone', 'Undone'), ('dropped', 'Given up')], default='columns', max_length=10)),
                ('layout', models.JSONField(default=dict)),
                ('headings', models.JSONField(default=list)),
                ('headings_digest', models.CharField(blank=True, default='', max_length=64)),
                ('columns', models.JSONField(default=dict)),
                ('styles', models.JSONField(default=dict)),
                ('ends_missing', models.BooleanField(default=False)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('notices', models.JSONField(default=list)),
                ('reason', models.TextField(blank=True, default='')),
                ('corrects', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='corrections', to='common.sheetimport')),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('undo_counts', models.JSONField(default=dict)),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['-created_at'], name='imports_by_time'), models.Index(fields=['kind', 'headings_digest'], name='imports_by_headings')],
            },
        ),
        migrations.CreateModel(
            name='SheetLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('imported', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='common.sheetimport')),
                ('phase', models.CharField(choices=[('check', 'Trial'), ('done', 'Import')], max_length=5)),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(max_length=10)),
                ('name', models.CharField(blank=True, default='', max_length=200)),
                ('subject', models.CharField(blank=True, default='', max_length=120)),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('faults', models.JSONField(default=list)),
                ('row_version', models.PositiveIntegerField(default=0)),
                ('undo_kind', models.CharField(blank=True, default='', max_length=8)),
                ('undo_why', models.CharField(blank=True, default='', max_length=300)),
            ],
            options={
                'indexes': [models.Index(fields=['imported', 'phase', 'kind', 'number'], name='lines_of_an_import')],
            },
        ),
        migrations.CreateModel(
            name='SheetMap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=80)),
                ('headings_digest', models.CharField(max_length=64)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('columns', models.JSONField(default=dict)),
                ('styles', models.JSONField(default=dict)),
                ('used_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'headings_digest', 'user'), name='one_map_a_set_of_headings')],
            },
        ),
    ]

