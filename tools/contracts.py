"""A contract of our own for import-linter: what one room may import of another."""

from dataclasses import dataclass

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


@dataclass(frozen=True)
class Trespass:
    """One import that goes past a room's door."""

    importer: str
    imported: str
    line: int | None

    def __str__(self) -> str:
        return f"{self.importer}:{self.line or '?'} imports {self.imported}"


class Doors(Contract):
    """Another room may import only the modules of a room that are open to all.

    house: the package whose children are the rooms.  open: modules of a room that others may import.
    shared: rooms that are open as a whole.  keyholders: rooms that may import anything.
    A room's tests may lend their factories to another room's tests.
    """

    type_name = "doors"

    house = fields.StringField()
    open = fields.SetField(subfield=fields.StringField())
    shared = fields.SetField(subfield=fields.StringField(), required=False)
    keyholders = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Walk every import inside the house."""
        inside = [module for module in graph.modules if module.startswith(f"{self.house}.")]
        found = [
            Trespass(importer, imported, _line(graph, importer, imported))
            for importer in sorted(inside)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported.startswith(f"{self.house}.") and not self._may(importer, imported)
        ]
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import that goes past a door."""
        for trespass in check.metadata["found"]:
            output.print_error(str(trespass))
        output.new_line()
        output.print_error(f"Import from a room's {', '.join(sorted(self.open))}, or pass it through a registry.")

    def _may(self, importer: str, imported: str) -> bool:
        room, *inner = importer.split(".")[1:]
        other, *parts = imported.split(".")[1:]
        if room == other or other in (self.shared or ()) or room in (self.keyholders or ()):
            return True
        if "tests" in inner and "tests" in parts:
            return True
        return bool(parts) and parts[0] in self.open


def _line(graph: ImportGraph, importer: str, imported: str) -> int | None:
    details = graph.get_import_details(importer=importer, imported=imported)
    return details[0]["line_number"] if details else None
