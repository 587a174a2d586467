"""The kinds of sheets that rooms offer."""

from collections.abc import Iterator
from typing import Any

from alcaide.common.permissions import scope_of
from alcaide.common.registries import NameTaken
from alcaide.common.sheets.declared import Sheet

_sheets: dict[str, Sheet] = {}


def offer(sheet: Sheet) -> None:
    """Offer a kind of sheet; called in a room's `AppConfig.ready`. Raises NameTaken."""
    if _sheets.get(sheet.key, sheet) is not sheet:
        raise NameTaken(f"A sheet “{sheet.key}” is offered twice; give one of the two another key.")
    _sheets[sheet.key] = sheet
    from alcaide.common.sheets.opening import open_pages  # noqa: PLC0415  it stands above this module

    open_pages()


def sheet_of(key: str) -> Sheet | None:
    """Return an offered sheet by its key."""
    return _sheets.get(key)


def all_sheets() -> list[Sheet]:
    """Return every offered sheet."""
    return list(_sheets.values())


def sheet_permissions() -> list[str]:
    """Return the permissions of which one lets somebody import some kind of sheet."""
    return sorted({sheet.permission for sheet in all_sheets()})


def whole_list_permissions() -> list[str]:
    """Return the permissions of which one lets somebody confirm some kind of whole list."""
    return sorted({sheet.permission for sheet in all_sheets() if sheet.snapshot is not None})


def sheets_for(user: Any) -> Iterator[Sheet]:
    """Walk the sheets that a user may import somewhere."""
    scope = scope_of(user)
    yield from (sheet for sheet in _sheets.values() if scope.allows(sheet.permission))
