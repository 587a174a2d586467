"""The folder that holds one installation: database, files, keys, locks, logs."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class HomeUnusable(RuntimeError):
    """The installation's folder cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Home:
    """Paths of one installation. Nothing is made until `prepare` is called."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "alcaide.sqlite3"

    @property
    def files(self) -> Path:
        return self.path / "files"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def secret_file(self) -> Path:
        return self.keys / "web.secret"

    @property
    def trail_key_file(self) -> Path:
        return self.keys / "trail.ed25519"

    @property
    def sealing_key_file(self) -> Path:
        return self.keys / "sealing.fernet"

    @property
    def pseudonym_key_file(self) -> Path:
        return self.keys / "pseudonyms.secret"

    @property
    def restoring(self) -> tuple[Path, Path]:
        """What stands only while a restore is not whole: the folder it is built in, the mark while it is moved."""
        return self.path / ".restoring", self.path / "restoring.json"

    @property
    def rehearsing(self) -> Path:
        """The folder in which a restore is rehearsed; it stands only meanwhile."""
        return self.path / ".rehearsing"

    def refuse_half(self) -> None:
        """Refuse an installation whose restore did not come to its end. Raises HomeUnusable."""
        aside, mark = self.restoring
        if mark.exists():
            raise HomeUnusable(
                f"A restore into {self.path} did not come to its end, so what stands there is no whole house. "
                "Run the same `alcaide restore` again."
            )
        if aside.exists():
            raise HomeUnusable(
                f"A restore into {self.path} broke off before it changed anything. Run it again, or remove {aside} to "
                "go on without."
            )

    def prepare(self) -> None:
        """Make the folders and the secrets that are missing. Raises HomeUnusable."""
        self.refuse_half()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.files, self.run, self.keys):
                folder.mkdir(parents=True, exist_ok=True)
            self.keys.chmod(0o700)
            if not self.secret_file.exists():
                write_private(self.secret_file, secrets.token_urlsafe(50).encode())
            if not self.trail_key_file.exists():
                write_private(self.trail_key_file, _new_trail_key())
            if not self.sealing_key_file.exists():
                write_private(self.sealing_key_file, Fernet.generate_key())
            if not self.pseudonym_key_file.exists():
                write_private(self.pseudonym_key_file, secrets.token_urlsafe(48).encode())
        except OSError as fault:
            raise HomeUnusable(
                f"The folder {self.path} cannot be written ({fault.strerror}). "
                "Free some space or give another folder in ALCAIDE_HOME."
            ) from fault

    def secret(self) -> str:
        """Return the web secret, or a throw-away one where the installation is not prepared yet."""
        try:
            return self.secret_file.read_text().strip()
        except OSError:
            return secrets.token_urlsafe(50)

    def trail_key(self) -> Ed25519PrivateKey:
        """Return the key that signs the trail's heads. Raises HomeUnusable where it is missing."""
        try:
            raw = self.trail_key_file.read_bytes()
        except OSError as fault:
            raise HomeUnusable(
                f"The trail's signing key {self.trail_key_file.name} cannot be read. Restore it from your backup, "
                "or run `alcaide up` once to make a new one; heads signed with the old key stay verifiable."
            ) from fault
        key = serialization.load_pem_private_key(raw, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise HomeUnusable(f"{self.trail_key_file.name} holds another kind of key; an Ed25519 key is needed.")
        return key


def current() -> Home:
    """Return the installation named by ALCAIDE_HOME, by default `~/.local/share/alcaide`."""
    named = os.environ.get("ALCAIDE_HOME")
    return Home(Path(named).expanduser().resolve() if named else Path.home() / ".local" / "share" / "alcaide")


def _new_trail_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_private(path: Path, content: bytes) -> None:
    """Write a secret so that no moment leaves it half written or readable by others."""
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
