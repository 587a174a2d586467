"""Handing out what a hold holds: one CSV a kind of record, a manifest of hashes, and a line in the export log."""

import csv
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.db.models import Model, QuerySet
from django.utils import timezone

from alcaide.common.lists import csv_cell
from alcaide.common.models import Hold, HoldExport, User
from alcaide.common.permissions import require_everywhere
from alcaide.common.trail import audit, write

from .queries import PLACE, held_rows

SECRET = ("password", "secret", "token", "salt")
AT_ONCE = 2_000
SPOOLED_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Exported:
    """A file that was made, ready to be read from its beginning, and its line in the log."""

    file: IO[bytes]
    name: str
    log: HoldExport


def export(actor: User, hold: Hold, *, to_whom: str) -> Exported:
    """Write everything that a hold catches into a ZIP of CSV files with a manifest, and log who gave it to whom.

    Rows are written as they are read, so memory stays flat. Columns that hold secrets are left out.
    """
    require_everywhere(actor, PLACE)
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOLED_BYTES)  # noqa: SIM115  whoever answers reads it
    counts: dict[str, int] = {}
    manifest: dict[str, Any] = {"hold": hold.number, "made_at": timezone.now().isoformat(), "for": to_whom, "files": {}}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for model, rows in held_rows(hold):
            name = f"{model._meta.label_lower}.csv"
            digest, count = _write(packed, name, model, rows)
            if count:
                counts[model._meta.label] = count
                manifest["files"][name] = {"rows": count, "sha256": digest}
        packed.writestr("manifest.json", json.dumps(manifest, indent=1, sort_keys=True))
    size = file.tell()
    file.seek(0)
    digest = _digest(file)
    return Exported(file, f"hold-{hold.number}.zip", _log(actor, hold, to_whom, digest, size, counts))


@write
def _log(actor: User, hold: Hold, to_whom: str, digest: str, size: int, counts: dict[str, int]) -> HoldExport:
    made = HoldExport.objects.create(
        hold=hold, by=actor, at=timezone.now(), to_whom=to_whom, sha256=digest, size_bytes=size,
        records=sum(counts.values()), counts=counts,
    )  # fmt: skip
    audit(actor, "export_hold", subject=hold.subject,
          after={"for": to_whom, "sha256": digest, "records": made.records})  # fmt: skip
    return made


def _write(packed: zipfile.ZipFile, name: str, model: type[Model], rows: QuerySet[Any]) -> tuple[str, int]:
    """Write a kind's rows, where there are any; returns the digest of its file and the number of rows."""
    lines = _lines(model, rows)
    first = next(lines, None)
    if first is None:
        return "", 0
    digest, count = hashlib.sha256(), 0
    with packed.open(name, "w", force_zip64=True) as stream:
        for each in (_heading(model), first):
            stream.write(each)
            digest.update(each)
        count = 1
        for line in lines:
            stream.write(line)
            digest.update(line)
            count += 1
    return digest.hexdigest(), count


def _lines(model: type[Model], rows: QuerySet[Any]) -> Iterator[bytes]:
    for values in rows.order_by("pk").values_list(*_columns(model)).iterator(chunk_size=AT_ONCE):
        yield _line([_cell(value) for value in values])


def _columns(model: type[Model]) -> list[str]:
    names = [field.attname for field in model._meta.concrete_fields]
    return [name for name in names if not any(word in name for word in SECRET)]


def _heading(model: type[Model]) -> bytes:
    return _line(_columns(model))


def _cell(value: Any) -> Any:
    return csv_cell(json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value)


def _line(cells: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while part := file.read(1 << 20):
        digest.update(part)
    file.seek(0)
    return digest.hexdigest()
