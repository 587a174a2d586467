from django.db import migrations


class Migration(migrations.Migration):
    """Exports leave out columns that say they are secret."""

    dependencies = [
        ('common', '0011_providers'),
    ]

    operations = [
        migrations.RenameField('SignedIn', 'session_key', 'session_secret'),
        migrations.RenameField('BreakGlass', 'credential', 'credential_secret'),
    ]
