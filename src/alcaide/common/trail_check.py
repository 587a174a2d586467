"""Whether the trail in the database still is what it was: chain, shown values, signed heads."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from alcaide.common.heads import PIECE, as_head, as_line, rows_from
from alcaide.common.models import TrailHead, TrailLine, TrailValue
from alcaide.engine import proof
from alcaide.engine.errors import EngineError

MOST_FAULTS = 20


@dataclass
class TrailCheck:
    """What was looked at, and what is wrong in words; `is_whole` where every line was read."""

    is_whole: bool
    lines: int = 0
    values: int = 0
    heads: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.faults

    def say(self, fault: str) -> None:
        """Note a fault; after twenty the rest would only bury the first."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)


def check_trail(
    *, last: int | None = None, public_keys: Sequence[bytes] = (), step: Callable[[int], None] | None = None
) -> TrailCheck:
    """Follow the trail and compare values with commitments, heads with roots and signatures.

    `last` looks only at so many of the newest lines; the heads' roots need all of them, so a partial check
    compares their sizes and signatures alone. Signatures are checked where `public_keys` (raw) are given.
    `step` is told now and then how many lines were read; what it raises ends the check.
    """
    newest = TrailLine.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    first = 1 if last is None else max(1, newest - last + 1)
    check = TrailCheck(is_whole=first == 1)
    heads = [as_head(row) for row in TrailHead.objects.order_by("size")]
    _signatures(check, heads, newest=newest, public_keys=public_keys)
    _chain(check, heads, first=first, newest=newest, step=step)
    for start in range(first, newest + 1, PIECE):
        _values(check, start, min(start + PIECE - 1, newest))
    return check


def _signatures(check: TrailCheck, heads: list[proof.Head], *, newest: int, public_keys: Sequence[bytes]) -> None:
    keys = {proof.key_id(key): key for key in public_keys}
    for head in heads:
        check.heads += 1
        if head.size > newest:
            check.say(f"A head was signed over {head.size} lines, but the trail ends at {newest}: lines were cut off.")
        if not keys:
            continue
        if head.key not in keys:
            check.say(f"The head over {head.size} lines is signed with the key {head.key}, which is not at hand.")
        elif not proof.verify_head(keys[head.key], head):
            check.say(f"The signature of the head over {head.size} lines does not hold.")


def _chain(
    check: TrailCheck, heads: list[proof.Head], *, first: int, newest: int, step: Callable[[int], None] | None
) -> None:
    roots = {head.size: head.root for head in heads}
    tree = proof.CompactRange()
    before = TrailLine.objects.filter(seq=first - 1).first()
    if first > 1 and before is None:
        check.say(f"Line {first - 1} is missing.")

    def looked_at() -> Iterator[proof.Line]:
        for row in rows_from(first, last=newest):
            yield as_line(row)
            check.lines += 1
            if step is not None and check.lines % PIECE == 0:
                step(check.lines)
            if not check.is_whole:
                continue
            tree.append(row.hash)
            if roots.get(tree.size, "") not in {"", tree.root()}:
                check.say(f"The first {tree.size} lines are not those of the head signed over them.")

    fault = proof.follow(as_line(before) if before else None, looked_at())
    if fault is not None:
        check.say(f"Line {fault.seq}: {fault.sentence}.")


def _values(check: TrailCheck, first: int, last: int) -> None:
    """Compare the values of a stretch with what their lines commit to; erased ones are not there to compare."""
    sides = {}
    for seq, before, after in TrailLine.objects.filter(seq__gte=first, seq__lte=last).values_list(
        "seq", "before", "after"
    ):
        sides[seq] = {"before": _fields(before), "after": _fields(after)}
    for value in TrailValue.objects.filter(line_id__gte=first, line_id__lte=last).order_by("id"):
        check.values += 1
        committed = sides.get(value.line_id, {}).get(value.side, {}).get(value.field)
        if committed is None or committed != _commitment(value):
            check.say(
                f"Line {value.line_id}: the kept value of “{value.field}” ({value.side}) is not what was recorded."
            )


def _fields(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _commitment(value: TrailValue) -> str | None:
    try:
        return proof.commit(json.loads(value.value), bytes.fromhex(value.salt))
    except (EngineError, ValueError):
        return None
