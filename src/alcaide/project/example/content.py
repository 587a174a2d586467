"""Reads the example's data files."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def content(name: str) -> dict[str, Any]:
    """Return one data file of the example."""
    return tomllib.loads(files("alcaide.content").joinpath("example", f"{name}.toml").read_text(encoding="utf-8"))
