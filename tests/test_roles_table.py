"""The table of roles in the documentation is the one in the code."""

from pathlib import Path

from alcaide.common.permissions import ROLES, permissions

PAGE = Path(__file__).parents[1] / "docs" / "trust" / "roles.md"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->"


def table() -> str:
    """Return each permission with the roles that carry it."""
    rows = [
        f"| {each.label} | `{key}` | {', '.join(role.label for role in ROLES.values() if role.key in each.roles)} |"
        for key, each in sorted(permissions().items())
        if not key.startswith("test.")
    ]
    return "\n".join(["| Permission | Key | Roles that carry it |", "|---|---|---|", *rows, ""])


def test_the_documentation_tells_what_each_role_may() -> None:
    told = PAGE.read_text().partition(BEGIN)[2].partition(END)[0]
    assert told == table(), f"put this between the marks in {PAGE.name}:\n{table()}"
