import alcaide.common.ids
import datetime
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from alcaide.common.migrations._laid import LayTables

from ._search_index import build, remove


class Migration(migrations.Migration):

    replaces = [('common', '0001_initial'), ('common', '0002_search'), ('common', '0003_jobs_state'), ('common', '0004_talk_and_notices'), ('common', '0005_sent'), ('common', '0006_sheets'), ('common', '0007_saved_views_and_undo'), ('common', '0008_search_words')]

    initial = True

    dependencies = [
    ]

    operations = [
        LayTables(
            models=[
                migrations.CreateModel(
                    name='Bulk',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('key', models.CharField(max_length=200, unique=True)),
                        ('verb', models.CharField(max_length=80)),
                        ('about', models.CharField(max_length=120)),
                        ('rows_done', models.BigIntegerField(default=0)),
                        ('finished_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='BulkChunk',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveIntegerField()),
                        ('rows', models.PositiveIntegerField()),
                        ('digest', models.CharField(max_length=64)),
                        ('counts', models.JSONField(default=dict)),
                        ('at', models.DateTimeField()),
                        ('bulk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='common.bulk')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('bulk', 'number'), name='a_chunk_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Change',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('room', models.CharField(max_length=40)),
                        ('subject', models.CharField(max_length=120)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['room', 'at'], name='change_by_room')],
                    },
                ),
                migrations.CreateModel(
                    name='Done',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=200, unique=True)),
                        ('at', models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name='Priced',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('subject', models.CharField(max_length=120)),
                        ('figure', models.CharField(max_length=40)),
                        ('amount_minor', models.BigIntegerField()),
                        ('low_minor', models.BigIntegerField()),
                        ('high_minor', models.BigIntegerField()),
                        ('currency', models.CharField(max_length=3)),
                        ('run', models.UUIDField()),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['figure', '-amount_minor'], name='priced_by_amount')],
                        'constraints': [models.UniqueConstraint(fields=('subject', 'figure'), name='one_price_per_figure'), models.CheckConstraint(condition=models.Q(('low_minor__lte', models.F('high_minor'))), name='price_low_to_high')],
                    },
                ),
                migrations.CreateModel(
                    name='Schedule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80)),
                        ('due_at', models.DateTimeField()),
                        ('enqueued_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('name', 'due_at'), name='a_moment_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SearchDoc',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('subject', models.CharField(max_length=120, unique=True)),
                        ('kind', models.CharField(max_length=40)),
                        ('title', models.CharField(max_length=300)),
                        ('second', models.CharField(blank=True, default='', max_length=300)),
                        ('unit_id', models.BigIntegerField(null=True)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['kind'], name='search_by_kind')],
                    },
                ),
                migrations.CreateModel(
                    name='SearchWord',
                    fields=[
                        ('word', models.CharField(max_length=30, primary_key=True, serialize=False)),
                        ('first', models.CharField(max_length=1)),
                        ('last', models.CharField(max_length=1)),
                        ('length', models.PositiveSmallIntegerField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['first', 'length'], name='words_by_first'), models.Index(fields=['last', 'length'], name='words_by_last')],
                    },
                ),
                migrations.CreateModel(
                    name='StoredFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('sha256', models.CharField(max_length=64, unique=True)),
                        ('size_bytes', models.BigIntegerField()),
                        ('media_type', models.CharField(max_length=100)),
                        ('name', models.CharField(max_length=255)),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Tag',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('name', models.CharField(max_length=40)),
                        ('folded', models.CharField(editable=False, max_length=160, unique=True)),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='TrailHead',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('size', models.BigIntegerField(unique=True)),
                        ('root', models.CharField(max_length=64)),
                        ('at', models.DateTimeField()),
                        ('key', models.CharField(max_length=16)),
                        ('signature', models.CharField(max_length=128)),
                    ],
                    options={
                        'ordering': ('size',),
                    },
                ),
                migrations.CreateModel(
                    name='TrailLine',
                    fields=[
                        ('seq', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('at', models.DateTimeField(db_index=True)),
                        ('actor', models.CharField(max_length=80)),
                        ('verb', models.CharField(max_length=80)),
                        ('subject', models.CharField(db_index=True, max_length=120)),
                        ('before', models.TextField(default='{}')),
                        ('after', models.TextField(default='{}')),
                        ('previous', models.CharField(max_length=64)),
                        ('hash', models.CharField(max_length=64, unique=True)),
                    ],
                    options={
                        'ordering': ('seq',),
                        'indexes': [models.Index(fields=['subject', '-seq'], name='trail_by_subject')],
                    },
                ),
                migrations.CreateModel(
                    name='TrailValue',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('side', models.CharField(choices=[('before', 'before'), ('after', 'after')], max_length=6)),
                        ('field', models.CharField(max_length=80)),
                        ('salt', models.CharField(max_length=32)),
                        ('value', models.TextField()),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='values_kept', to='common.trailline')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('line', 'side', 'field'), name='one_value_per_field')],
                    },
                ),
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('email', models.EmailField(max_length=254, unique=True)),
                        ('name', models.CharField(max_length=200)),
                        ('is_active', models.BooleanField(default=True)),
                        ('joined_at', models.DateTimeField(auto_now_add=True)),
                        ('time_zone', models.CharField(default='UTC', max_length=64)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='one_user_per_email')],
                    },
                ),
                migrations.CreateModel(
                    name='Attachment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('on', models.CharField(max_length=120)),
                        ('name', models.CharField(max_length=255)),
                        ('removed_at', models.DateTimeField(null=True)),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='common.storedfile')),
                        ('removed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['on', '-id'], name='attachments_by_subject')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('on', 'file'), name='one_content_per_subject')],
                    },
                ),
                migrations.CreateModel(
                    name='Comment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('on', models.CharField(max_length=120)),
                        ('text', models.TextField(blank=True, max_length=20000, verbose_name='comment')),
                        ('edited_at', models.DateTimeField(null=True)),
                        ('removed_at', models.DateTimeField(null=True)),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('mentioned', models.ManyToManyField(related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('removed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('reply_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='common.comment')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['on', '-id'], name='comments_by_subject')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('removed_at__isnull', True), ('removed_by__isnull', True)), models.Q(('removed_at__isnull', False), ('removed_by__isnull', False), ('text', '')), _connector='OR'), name='a_removed_comment_has_no_text')],
                    },
                ),
                migrations.CreateModel(
                    name='DueSeen',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=64)),
                        ('is_late', models.BooleanField(default=False)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='one_due_item_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Follow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('subject', models.CharField(max_length=120)),
                        ('is_on', models.BooleanField(default=True)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('subject', 'user'), name='one_follow_per_subject')],
                    },
                ),
                migrations.CreateModel(
                    name='JobTrack',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('result_id', models.UUIDField(unique=True)),
                        ('name', models.CharField(max_length=120)),
                        ('about', models.CharField(blank=True, default='', max_length=200)),
                        ('asked_at', models.DateTimeField()),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('steps_done', models.BigIntegerField(default=0)),
                        ('steps_all', models.BigIntegerField(null=True)),
                        ('words', models.CharField(blank=True, default='', max_length=300)),
                        ('url', models.CharField(blank=True, default='', max_length=300)),
                        ('cancel_asked_at', models.DateTimeField(null=True)),
                        ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('asked_again', models.BooleanField(default=False)),
                        ('started_at', models.DateTimeField(null=True)),
                        ('finished_at', models.DateTimeField(null=True)),
                        ('key', models.CharField(max_length=200)),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('stopped', 'Stopped')], default='waiting', max_length=10)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['-asked_at'], name='jobs_by_time'), models.Index(fields=['state', '-id'], name='jobs_by_state')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'running'])), fields=('key',), name='one_open_job_per_key')],
                    },
                ),
                migrations.CreateModel(
                    name='Letter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('digest_on', models.DateField(null=True)),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Being handed over'), ('sent', 'Sent'), ('unsure', 'Not known whether it arrived'), ('failed', 'Failed'), ('needless', 'Nothing left to tell')], default='waiting', max_length=10)),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('try_at', models.DateTimeField()),
                        ('sent_at', models.DateTimeField(null=True)),
                        ('fault', models.CharField(blank=True, default='', max_length=300)),
                        ('to', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['state', 'try_at'], name='letters_by_state')],
                        'constraints': [models.UniqueConstraint(fields=('to', 'digest_on'), name='one_digest_a_day')],
                    },
                ),
                migrations.CreateModel(
                    name='Notice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('kind', models.CharField(max_length=60)),
                        ('subject', models.CharField(blank=True, default='', max_length=120)),
                        ('words', models.CharField(max_length=300)),
                        ('url', models.CharField(blank=True, default='', max_length=300)),
                        ('at', models.DateTimeField()),
                        ('read_at', models.DateTimeField(null=True)),
                        ('in_digest', models.BooleanField(default=False)),
                        ('letter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='notices', to='common.letter')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['user', '-at', '-id'], name='notices_by_time'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='notices_unread'), models.Index(condition=models.Q(('in_digest', True), ('letter__isnull', True)), fields=['user', 'at'], name='notices_for_digest')],
                    },
                ),
                migrations.CreateModel(
                    name='NoticeChoice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=60)),
                        ('way', models.CharField(max_length=10)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user', 'kind'), name='one_way_per_kind')],
                    },
                ),
                migrations.CreateModel(
                    name='NoticeSetting',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('digest_at', models.TimeField(default=datetime.time(8, 0))),
                        ('due_watched_since', models.DateTimeField(null=True)),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='notice_setting', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='SavedView',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('list_name', models.CharField(max_length=60)),
                        ('path', models.CharField(max_length=200)),
                        ('name', models.CharField(max_length=60)),
                        ('unit_id', models.BigIntegerField(null=True)),
                        ('query', models.TextField(blank=True, default='')),
                        ('columns', models.JSONField(null=True)),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['list_name', 'unit_id'], name='views_shared')],
                        'constraints': [models.UniqueConstraint(fields=('list_name', 'owner', 'name'), name='one_view_name_per_owner')],
                    },
                ),
                migrations.CreateModel(
                    name='Sent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.UUIDField(unique=True)),
                        ('path', models.CharField(max_length=300)),
                        ('led_to', models.CharField(max_length=500)),
                        ('typed_at', models.DateTimeField(null=True)),
                        ('at', models.DateTimeField()),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['at'], name='sent_by_time')],
                    },
                ),
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
                migrations.CreateModel(
                    name='Tagging',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=80)),
                        ('of', models.UUIDField()),
                        ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('tag', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='taggings', to='common.tag')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['tag', 'kind', 'of'], name='taggings_by_tag')],
                        'constraints': [models.UniqueConstraint(fields=('kind', 'of', 'tag'), name='one_tag_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Undo',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=alcaide.common.ids.new_uid, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('act', models.CharField(max_length=80)),
                        ('words', models.CharField(max_length=300)),
                        ('rows', models.JSONField()),
                        ('until', models.DateTimeField(db_index=True)),
                        ('used_at', models.DateTimeField(null=True)),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='undos', to=settings.AUTH_USER_MODEL)),
                    ],
                ),
                migrations.CreateModel(
                    name='UsualView',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('list_name', models.CharField(max_length=60)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='usual_views', to=settings.AUTH_USER_MODEL)),
                        ('view', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='usual_for', to='common.savedview')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user', 'list_name'), name='one_usual_view_per_list')],
                    },
                ),
            ],
        ),
        migrations.RunPython(build, remove),
    ]
