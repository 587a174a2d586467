"""CVE identifiers as they should be written."""

import re

_CVE = re.compile(r"CVE-\d{4}-\d{4,19}", re.ASCII)


def normal_cve(text: str) -> str:
    """The identifier in capitals, "" where the text is none.

    >>> normal_cve(" cve-2021-44228 ")
    'CVE-2021-44228'
    """
    cve = text.strip().upper()
    return cve if _CVE.fullmatch(cve) else ""


def cves_in(text: str) -> list[str]:
    """Every identifier in a text, in capitals, in order."""
    return _CVE.findall(text.upper())
