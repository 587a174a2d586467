"""What a file is, by looking inside: a short table of our own, never the name or what a browser claims."""

import codecs
import re

UNKNOWN = "application/octet-stream"
STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
)
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
XML = re.compile(r"<\?xml[\s?]|<[A-Za-z_][\w.-]*:?[\w.-]*(\s[^<>]*)?/?>")
HTML = re.compile(r"<!doctype\s+html|<(html|head|body|script|svg|iframe|img|a|p|div)\b", re.IGNORECASE)
JSON = re.compile(r'\{\s*["}]|\[\s*[\[{"\]\-\dtfn]')
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
DELIMITERS = ",;\t|"


def media_type_of(head: bytes) -> str:
    """Return the media type of a file from its first kilobytes.

    >>> media_type_of(b"%PDF-1.7 ..."), media_type_of(b"host,address\\nsrv-042,10.20.30.4\\n")
    ('application/pdf', 'text/csv')
    """
    for start, media_type in STARTS:
        if head.startswith(start):
            return media_type
    text = _text_of(head)
    return UNKNOWN if text is None else _kind_of_text(text)


def _text_of(head: bytes) -> str | None:
    mark, encoding = next(((mark, name) for mark, name in MARKS if head.startswith(mark)), (b"", "utf-8"))
    try:
        # Incremental: the head may end in the middle of a letter.
        text = codecs.getincrementaldecoder(encoding)().decode(head[len(mark) :])
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    return None if not head or NOT_TEXT.search(text) else text


def _kind_of_text(text: str) -> str:
    start = text.lstrip()
    if HTML.match(start):
        # Named plain, so that nothing ever renders it.
        return "text/plain"
    if XML.match(start):
        return "application/xml"
    if JSON.match(start):
        return "application/json"
    return "text/csv" if _is_table(text) else "text/plain"


def _is_table(text: str) -> bool:
    """Tell whether the first lines hold the same number of one delimiter, quoted parts left out."""
    lines = [re.sub(r'"[^"]*"', "", line) for line in text.splitlines()[:6] if line.strip()]
    if len(lines) > 2 and not text.endswith("\n"):
        lines.pop()
    if len(lines) < 2:
        return False
    return any(len({line.count(sign) for line in lines}) == 1 and sign in lines[0] for sign in DELIMITERS)
