"""Secrets in texts that are only meant to describe: taken out before anything is kept."""

import re

MASK = "•••"
_SECRETS = re.compile(
    r"""
    -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b
    | \b(?:gh[pousr]|github_pat|glpat|xox[abeoprs]|sk_live|rk_live|npm|pypi|hf|dop_v1)[_-][\w-]{10,}
    | \beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*
    | \bAIza[\w-]{30,}
    | (?<=://)[^\s/:@]{1,200}:[^\s/@]{1,200}(?=@)
    | (?<![\w/.+-])(?=[A-Za-z0-9+_-]*\d)(?=[A-Za-z0-9+_-]*[A-Za-z])[A-Za-z0-9+_-]{40,}={0,2}
    """,
    re.VERBOSE | re.DOTALL,
)
_ASSIGNED = re.compile(
    r"(?i)\b([\w.-]{0,40}(?:passw(?:or)?d|pwd|secret|token|api[_-]?key|access[_-]?key|credential)[\w.-]{0,40}"
    r"[\"']?\s{0,4}(?:=>?|:=?)\s{0,4})([\"'][^\"'\n]{3,}[\"']?|(?![\"'])[^\s,;\"']{3,})"
)


def mask(text: str) -> str:
    """The text with what is plainly a secret covered.

    >>> mask("Hard-coded password = 'hunter2' found")
    'Hard-coded password = ••• found'
    """
    return _ASSIGNED.sub(rf"\1{MASK}", _SECRETS.sub(MASK, text))
