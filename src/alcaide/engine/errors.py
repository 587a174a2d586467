"""What the engine refuses, one class per kind."""


class EngineError(ValueError):
    """The engine was given something it cannot compute; the message says what to change."""


class CaseError(EngineError):
    """A case is malformed: an unknown key, a missing one, a value of the wrong shape."""


class UnknownKind(CaseError):
    """A case, a severity or a frequency names a kind that this version does not compute."""
