"""Makes workbooks for the tests: real-shaped ones with XlsxWriter, broken and hostile ones by hand."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def made(fill: Callable[[Any, Any], None], **options: Any) -> io.BytesIO:
    """Return a workbook whose first sheet was filled by `fill(book, sheet)`."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, options)
    fill(book, book.add_worksheet("First"))
    book.close()
    return file


def by_hand(rows: str, *, head: str = "", after: str = "", **parts: bytes) -> io.BytesIO:
    """Return a workbook of one sheet with these rows as XML; other parts by their name with dots for slashes."""
    sheet = f'{head}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    return zipped(
        {
            "[Content_Types].xml": TYPES.encode(),
            "_rels/.rels": f'<Relationships xmlns="{RELS}"><Relationship Id="r" Type="{OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>'.encode(),
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="First" sheetId="1" '
            'r:id="a"/></sheets></workbook>'.encode(),
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELS}"><Relationship Id="a" '
            f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
            "xl/worksheets/sheet1.xml": sheet.encode(),
            **parts,
        }
    )


def zipped(parts: dict[str, bytes]) -> io.BytesIO:
    """Return an archive of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


def row(number: int, *cells: str) -> str:
    """Return a row of inline texts."""
    return f'<row r="{number}">' + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells) + "</row>"
