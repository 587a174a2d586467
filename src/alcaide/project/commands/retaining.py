"""`alcaide retain`: carry out the rules of retention now, or say what they would do."""

from argparse import ArgumentParser, Namespace

from .base import Command, Stop, say
from .house import load


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only say what would go, and what holds would keep")


def _run(chosen: Namespace) -> int:
    load()
    from django.db import DatabaseError  # noqa: PLC0415  needs the house, loaded above

    try:
        return _would() if chosen.dry_run else _carry_out()
    except DatabaseError as fault:
        raise Stop(f"The database cannot be used ({fault}). Run `alcaide check`, which says what to do.") from fault


def _carry_out() -> int:
    from alcaide.common.retention.services import ClockWrong, run_all  # noqa: PLC0415  needs the house, loaded above
    from alcaide.common.trail import System  # noqa: PLC0415  as above

    try:
        ran = run_all(System("terminal"), progress=say)
    except ClockWrong as fault:
        raise Stop(str(fault), code=1) from fault
    say(f"{len(ran)} rules: {sum(each.gone for each in ran):,} records went, "
        f"{sum(each.kept for each in ran):,} kept by holds.")  # fmt: skip
    return 0


def _would() -> int:
    from alcaide.common.models import RetentionRule  # noqa: PLC0415  needs the house, loaded above
    from alcaide.common.retention.declared import rules  # noqa: PLC0415  as above
    from alcaide.common.retention.queries import preview  # noqa: PLC0415  as above
    from alcaide.common.retention.services import register  # noqa: PLC0415  as above

    register()
    rows = {row.key: row for row in RetentionRule.objects.all()}
    for rule in rules():
        row = rows[rule.key]
        would = preview(rule.key, days=row.days)
        kept = "".join(f", hold {each.number} keeps {each.count}" for each in would.kept)
        state = "in force" if row.state == RetentionRule.State.ADOPTED else f"{row.get_state_display().lower()}"
        say(f"{rule.key:<16} {row.days:>6} days  {state}: {would.counted} past their days{kept}")
    return 0


RETAIN = Command("retain", "carry out the rules of retention; --dry-run says what would go", _arguments, _run)
