"""What can go wrong when a foreign file is read; each message says what to do."""


class IntakeError(Exception):
    """The file as a whole cannot be taken in."""


class CannotOpen(IntakeError):
    """The path is missing, is not a plain file, or may not be read."""


class EmptyFile(IntakeError):
    """There is nothing in the file."""


class TooLarge(IntakeError):
    """The file, or what it unpacks to, is over a size limit."""


class ExpandsTooMuch(IntakeError):
    """A compressed file unpacks to suspiciously many times its size."""


class ArchiveRefused(IntakeError):
    """An archive that is nested, encrypted, damaged or holds more than one file."""


class UnknownFormat(IntakeError):
    """No reader recognises the content."""


class EntitiesRefused(IntakeError):
    """The document type declares entities or elements of its own."""


class TooDeep(IntakeError):
    """The content is nested deeper than any real report."""


class TooManyRecords(IntakeError):
    """The file holds more records than the limit."""


class Unreadable(IntakeError):
    """The format is known, yet nothing in the file can be read."""


class DoubledFormat(IntakeError):
    """Two readers claim the same key."""
