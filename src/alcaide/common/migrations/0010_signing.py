import django.db.models.deletion
from django.conf import settings
from django.core.management import call_command
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_cache_table(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Lay the table in which failed tries and used codes are counted."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop_cache_table(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute("DROP TABLE IF EXISTS alcaide_cache")


class Migration(migrations.Migration):

    dependencies = [
        ('common', '0009_holds_and_purges'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignedIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session_key', models.CharField(max_length=40, unique=True)),
                ('how', models.CharField(blank=True, max_length=120)),
                ('address', models.GenericIPAddressField(null=True)),
                ('device', models.CharField(blank=True, max_length=120)),
                ('since', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='signed_in', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-seen_at',),
                'indexes': [models.Index(fields=['user', 'ended_at'], name='open_doors_of_a_user')],
            },
        ),
        migrations.CreateModel(
            name='SignInLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True)),
                ('email', models.CharField(blank=True, max_length=254)),
                ('what', models.CharField(choices=[('in', 'Signed in'), ('refused', 'Refused: wrong password or link'), ('factor_refused', 'Refused: wrong second factor'), ('locked', 'Locked out for a while'), ('factor_added', 'Second factor added'), ('factor_removed', 'Second factor removed'), ('password', 'Password set'), ('link', 'One-time link made'), ('proved', 'Proved again who they are'), ('out', 'Signed out'), ('ended', 'Ended from elsewhere')], max_length=16)),
                ('how', models.CharField(blank=True, max_length=120)),
                ('address', models.GenericIPAddressField(null=True)),
                ('device', models.CharField(blank=True, max_length=120)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sign_in_lines', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['user', '-id'], name='sign_ins_of_a_user')],
            },
        ),
        migrations.RunPython(make_cache_table, drop_cache_table),
    ]
