"""The command `alcaide`. What needs no database (read, solve, verify) never loads Django."""

import argparse
import sys
from collections.abc import Callable, Sequence

from alcaide import __version__
from alcaide.project.commands import COMMANDS, Stop


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code: 0 done, 1 a finding, 2 unusable input, 130 interrupted."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] | None = getattr(chosen, "run", None)
    if run is None:
        parser.print_help()
        return 2
    try:
        return run(chosen)
    except Stop as stop:
        print(f"alcaide: {stop}", file=sys.stderr)  # noqa: T201  a command speaks on its terminal
        return stop.code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="alcaide", description="Runs the whole security programme in one house.")
    parser.add_argument("--version", action="version", version=f"alcaide {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.help, description=command.help)
        command.arguments(sub)
        sub.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
