"""What can go wrong with a backup, one class a kind; each message says what to do."""


class BackupFault(RuntimeError):
    """A backup cannot be made or used; nothing half done was left."""


class WrongKey(BackupFault):
    """None of the keys at hand opens this backup."""


class Damaged(BackupFault):
    """The file is not what was written: cut off, altered, or no backup at all."""


class TooNew(BackupFault):
    """The backup was made by a newer Alcaide than this one."""


class Occupied(BackupFault):
    """The place holds a house already, or somebody is at work there."""


class Unwritable(BackupFault):
    """There is no room or no right to write."""


class Unfaithful(BackupFault):
    """What was restored is not what the backup says it holds; nothing of it was kept."""
