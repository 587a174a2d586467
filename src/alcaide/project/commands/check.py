"""`alcaide check`: ask the installation how it stands, and say what to do about what is wrong."""

import json
from argparse import ArgumentParser, Namespace

from alcaide.project.home import current

from .base import Command, say
from .house import load


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--whole", action="store_true", help="read every line of the trail and every stored file")
    parser.add_argument("--json", action="store_true", help="tell the answers as JSON")


def _run(chosen: Namespace) -> int:
    load()
    from alcaide.project.checks import BROKEN, LOOK, answers  # noqa: PLC0415  needs the house, loaded above

    found = []
    for name, answer in answers(current(), whole=chosen.whole):
        if not chosen.json:
            say(f"{answer.state:<13} {name:<9} {answer.words}")
        found.append({"name": name, "state": answer.state, "words": answer.words})
    states = [each["state"] for each in found]
    broken, look = states.count(BROKEN), states.count(LOOK)
    say(json.dumps(found) if chosen.json else f"{len(states)} asked: {broken} broken, {look} to look at.")
    return 1 if broken else 0


CHECK = Command("check", "ask how this installation stands; exit 1 where something is broken", _arguments, _run)
