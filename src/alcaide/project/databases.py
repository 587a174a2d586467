"""Which database an installation uses: SQLite in its folder, or PostgreSQL by DATABASE_URL."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .home import Home


class DatabaseUrlInvalid(ValueError):
    """DATABASE_URL cannot be read; the message shows the form that works."""


def database_settings(url: str | None, home: Home) -> dict[str, Any]:
    """Return Django's settings for one database. Raises DatabaseUrlInvalid."""
    if not url:
        return _sqlite(str(home.database))
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise DatabaseUrlInvalid(
            f"DATABASE_URL begins with '{parts.scheme or url[:12]}'. "
            "Use postgresql://user:password@host:5432/name or sqlite:///path/to/file."
        )
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; "
            "PRAGMA cache_size=-32768; PRAGMA recursive_triggers=ON;",
        },
    }
