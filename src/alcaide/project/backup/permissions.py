"""The permissions of backups."""

from alcaide.common.permissions import ADMINISTRATOR, AUDITOR, CHIEF, permit

SEE_BACKUPS = permit("house.see_backups", "See the backups and rehearsed restores", CHIEF, ADMINISTRATOR, AUDITOR)
RUN_BACKUPS = permit("house.run_backups", "Have a backup made or a restore rehearsed", CHIEF, ADMINISTRATOR)
