"""The example's 240 people, drawn with a seed."""

import random
from dataclasses import dataclass

from alcaide.common.search import fold

from .content import content


@dataclass(frozen=True)
class Someone:
    """A person of the example before they are written down."""

    name: str
    email: str
    title: str


def draw_people(seed: int, *, kind: str, count: int, taken: set[str]) -> list[Someone]:
    """Return people of a unit; the same seed gives the same people. `taken` holds the addresses used so far."""
    rng = random.Random(seed)  # noqa: S311  invented names need no secrecy
    names = content("people")
    found: list[Someone] = []
    while len(found) < count:
        name = f"{rng.choice(names['first'])} {rng.choice(names['last'])} {rng.choice(names['last'])}"
        email = ".".join(fold(name)[:2]) + "@almena.example"
        if email in taken:
            email = ".".join(fold(name)) + "@almena.example"
        if email in taken:
            continue
        taken.add(email)
        found.append(Someone(name, email, rng.choice(names["titles"][kind])))
    return found
