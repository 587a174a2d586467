"""Where the house's e-mail goes out, as the environment says; nothing is sent where it says nothing."""

import os
import ssl
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email

URL, SENDER, PUBLIC = "ALCAIDE_SMTP_URL", "ALCAIDE_MAIL_FROM", "ALCAIDE_PUBLIC_URL"
PORTS = {"smtp": 587, "smtps": 465}
TLS = ("start", "none")
TIMEOUT_S = 20
SAME_MACHINE = {"localhost", "127.0.0.1", "::1"}


class PostUnusable(ValueError):
    """The environment describes no way to send e-mail; the message says what to write."""


@dataclass(frozen=True)
class Post:
    """A mail server, who the letters come from, and the address that their links begin with."""

    host: str
    port: int
    user: str
    password: str
    encryption: str
    """`ssl` from the first byte, `start` for STARTTLS, `none` for a server on the same machine."""
    sender: str
    public_url: str

    def __repr__(self) -> str:
        """Leave the password out of logs."""
        return f"Post({self.host}:{self.port}, {self.encryption})"

    def link(self, path: str) -> str:
        """Return a full address under the configured one; the host of a request is never trusted for it."""
        return urljoin(self.public_url, path.lstrip("/"))

    def connection(self) -> BaseEmailBackend:
        """Return an unopened connection to the server."""
        return get_connection(
            "django.core.mail.backends.smtp.EmailBackend", host=self.host, port=self.port, username=self.user,
            password=self.password, use_tls=self.encryption == "start", use_ssl=self.encryption == "ssl",
            timeout=TIMEOUT_S,
        )  # fmt: skip


def post_of_the_house() -> Post | None:
    """Return where e-mail goes out, None where it is off or described wrongly."""
    try:
        return read_post(os.environ)
    except PostUnusable:
        return None


def fault_of_the_post() -> str:
    """Say what is wrong with the description of the mail server; empty where nothing is, or where e-mail is off."""
    try:
        read_post(os.environ)
    except PostUnusable as fault:
        return str(fault)
    return ""


def read_post(environment: "os._Environ[str] | dict[str, str]") -> Post | None:
    """Read the mail server from the environment, None where none is named. Raises PostUnusable.

    >>> read_post({"ALCAIDE_SMTP_URL": "smtps://ana:p%40ss@mail.example.org", "ALCAIDE_MAIL_FROM": "a@example.org",
    ...            "ALCAIDE_PUBLIC_URL": "https://alcaide.example.org"})
    Post(mail.example.org:465, ssl)
    """
    given = environment.get(URL, "").strip()
    if not given:
        return None
    parts = urlsplit(given)
    encryption = (parse_qs(parts.query).get("tls") or ["start"])[-1]
    if parts.scheme not in PORTS or not parts.hostname or encryption not in TLS:
        raise PostUnusable(f"{URL} is not understood. Write smtp://user:password@host:587 or smtps://host:465.")
    if parts.password and parts.scheme == "smtp" and encryption == "none" and parts.hostname not in SAME_MACHINE:
        raise PostUnusable(f"{URL} would send a password unencrypted. Leave tls=none out, or use smtps://.")
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError as fault:
        raise PostUnusable(f"{URL} names no port between 1 and 65535.") from fault
    return Post(
        parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""),
        "ssl" if parts.scheme == "smtps" else encryption, _sender(environment.get(SENDER, "")),
        _public(environment.get(PUBLIC, "")),
    )  # fmt: skip


def in_words(fault: Exception) -> str:
    """Say what a mail server's refusal means, without anything secret."""
    if isinstance(fault, ssl.SSLError):
        return f"The mail server's certificate or encryption was not accepted: {fault.reason or fault}."[:300]
    code, said = getattr(fault, "smtp_code", None), getattr(fault, "smtp_error", b"")
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return (f"The mail server answered {code}: {text}" if code else f"{type(fault).__name__}: {fault}")[:300]


def _sender(given: str) -> str:
    name, address = parseaddr(given)
    try:
        validate_email(address)
    except ValidationError as fault:
        raise PostUnusable(f"{SENDER} must hold the address that letters come from: alcaide@example.org.") from fault
    if any(sign in name for sign in "\r\n"):
        raise PostUnusable(f"{SENDER} must stand on one line.")
    return given


def _public(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise PostUnusable(f"{PUBLIC} must hold the address under which people reach this house: https://….")
    return given.rstrip("/") + "/"
