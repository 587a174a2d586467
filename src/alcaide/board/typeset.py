"""Sets a pack as a PDF. The fonts travel with the house: no system font is asked for."""

import json
from importlib.resources import files

import typst

from alcaide.board.queries.pack import PackContent

FONTS = ("vendor", "inter-otf")


def typeset_pack(content: PackContent) -> bytes:
    """Return the pack as PDF/A-2b. The same content gives the same pages."""
    package = files("alcaide")
    source = package.joinpath("board", "pack", "pack.typ").read_bytes()
    ours = str(package.joinpath("static", *FONTS))
    made = typst.compile(
        source,
        format="pdf",
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[ours]),
        sys_inputs={"pack": json.dumps(content.as_dict())},
        pdf_standards=["a-2b"],
    )
    if not isinstance(made, bytes):
        raise TypeError("the pack was set into several files; one PDF was expected")
    return made
