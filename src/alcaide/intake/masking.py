"""Secrets in texts that are only meant to describe: taken out before anything is kept."""

import re
from functools import lru_cache

MASK = "•••"
_SECRETS = re.compile(
    r"""
    -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b
    | \b(?:gh[pousr]|github_pat|glpat|xox[abeoprs]|sk_live|rk_live|npm|pypi|hf|dop_v1)[_-][\w-]{10,}
    | \beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*
    | \bAIza[\w-]{30,}
    | (?<=://)[^\s/:@]{1,200}:[^\s/@]{1,200}(?=@)
    | (?<![\w/.+-])(?=[a-zA-Z+_-]{0,200}\d)(?=[\d+_-]{0,200}[a-zA-Z])[A-Za-z0-9+_-]{40,}={0,2}
    """,
    re.VERBOSE | re.DOTALL,
)
_ASSIGNED = re.compile(
    r"(?i)\b([\w.-]{0,40}(?:passw(?:or)?d|pwd|secret|token|api[_-]?key|access[_-]?key|credential)[\w.-]{0,40}"
    r"[\"']?\s{0,4}(?:=>?|:=?)\s{0,4})([\"'][^\"'\n]{3,}[\"']?|(?![\"'])[^\s,;\"']{3,})"
)


# What a secret can only begin with, or be named by: most texts hold none of it and need no closer look.
_SUSPECT = re.compile(
    r"(?i)passw|pwd|secret|token|key|credential|://[^\s/@]{1,400}@|(?-i:AKIA|ASIA|AIza|eyJ|gh[pousr]_|github_pat|glpat|xox|"
    r"[sr]k_live|npm_|pypi-|hf_|dop_v1)|[a-z0-9+_-]{40}"
)


@lru_cache(maxsize=4096)
def mask(text: str) -> str:
    """The text with what is plainly a secret covered.

    >>> mask("Hard-coded password = 'hunter2' found")
    'Hard-coded password = ••• found'
    """
    if not _SUSPECT.search(text):
        return text
    return _ASSIGNED.sub(rf"\1{MASK}", _SECRETS.sub(MASK, text))
