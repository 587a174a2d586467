"""What an empty installation begins with."""

import importlib
from dataclasses import dataclass
from typing import Protocol, cast


@dataclass(frozen=True)
class Beginning:
    """How a new installation begins: with the example organization, or bare with one chief."""

    is_empty: bool = False
    organization: str = "My organization"
    currency: str = "EUR"
    chief_email: str = "chief@localhost"


class Example(Protocol):
    """The module that builds the example organization."""

    def build(self) -> object: ...


def example() -> Example:
    """Load the example organization: only a first start needs it."""
    return cast(Example, importlib.import_module("alcaide.project.example"))
