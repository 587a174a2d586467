"""Certificates for `alcaide up --tls`: an own local authority, or files that somebody gives."""

import hashlib
import ipaddress
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes, PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from alcaide.project.home import Home, HomeUnusable, write_private

AUTHORITY_DAYS = 10 * 365
# Apple's systems refuse a server's certificate that is valid for longer, whoever signed it.
SERVER_DAYS = 397
RENEW_BEFORE_DAYS = 30
# A clock that runs a little behind would else take a new certificate for one of the future.
CLOCK_SLACK = timedelta(hours=1)


class TlsUnusable(RuntimeError):
    """The certificate or key cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Pair:
    """The files that a server speaks TLS with. authority is the file that visitors must trust, None where given."""

    certificate: Path
    key: Path
    authority: Path | None
    until: datetime

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the authority's certificate, as systems show it before they trust it; "" without one."""
        return fingerprint_of(self.authority) if self.authority else ""

    def trusting(self) -> ssl.SSLContext:
        """Return how this machine's own programs ask the server: they trust this very certificate."""
        context = ssl.create_default_context(cafile=self.certificate)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.check_hostname = False
        return context


def fingerprint_of(certificate: Path) -> str:
    """Return the SHA-256 of a certificate in the form in which systems show it. Raises TlsUnusable."""
    der = _read_certificate(certificate).public_bytes(serialization.Encoding.DER)
    digest = hashlib.sha256(der).hexdigest().upper()
    return ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))


def ends_at(certificate: Path) -> datetime:
    """Return when a certificate ends. Raises TlsUnusable."""
    return _read_certificate(certificate).not_valid_after_utc


def authority_file(home: Home) -> Path:
    """Return where the local authority's certificate stands; it is no secret."""
    return home.keys / "tls" / "authority.pem"


def own_pair(home: Home, names: Sequence[str], *, now: datetime | None = None) -> Pair:
    """Return a certificate for the names, signed by the installation's own authority; both are made where missing.

    A certificate that ends within 30 days, does not bear every name, or was signed by another authority is made anew.
    Raises HomeUnusable where the folder cannot be written, TlsUnusable where the authority's files do not fit.
    """
    now = now or datetime.now(UTC)
    folder = home.keys / "tls"
    certificate, key = folder / "server.pem", folder / "server.key"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        signer, signer_key = _authority(folder, now)
        held = _read_certificate(certificate) if certificate.exists() and key.exists() else None
        if held is None or not _still_good(held, signer, names, now) or not _same_key(held, _read_key(key)):
            held, fresh_key = _new_server(names, signer, signer_key, now)
            write_private(key, _pem_of_key(fresh_key))
            write_private(certificate, _pem(held) + _pem(signer))
    except OSError as fault:
        raise HomeUnusable(f"The folder {folder} cannot be written ({fault.strerror}). Free some space.") from fault
    return Pair(certificate, key, folder / "authority.pem", held.not_valid_after_utc)


def given_pair(home: Home, certificate: Path, key: Path, *, now: datetime | None = None) -> Pair:
    """Return the files somebody gives, the key rewritten as PKCS#8 in the installation, as the web server wants it.

    Raises TlsUnusable where a file cannot be read, is no PEM, has ended, or the two do not belong together.
    """
    now = now or datetime.now(UTC)
    held, private = _read_certificate(certificate), _read_key(key)
    if not _same_key(held, private):
        raise TlsUnusable(
            f"The key in {key} is not the one of the certificate in {certificate}. Give the two of one pair."
        )
    if held.not_valid_after_utc <= now:
        raise TlsUnusable(f"The certificate in {certificate} ended on {held.not_valid_after_utc:%Y-%m-%d}. Renew it.")
    folder = home.keys / "tls"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        write_private(folder / "given.key", _pem_of_key(private))
    except OSError as fault:
        raise HomeUnusable(f"The folder {folder} cannot be written ({fault.strerror}). Free some space.") from fault
    return Pair(certificate, folder / "given.key", None, held.not_valid_after_utc)


def names_to_serve(host: str, listed: Sequence[str]) -> list[str]:
    """Return the names and addresses a certificate should bear: this machine's own, the host's, those listed."""
    names = ["localhost", "127.0.0.1", "::1", socket.gethostname().lower()]
    if host not in {"", "0.0.0.0", "::"}:  # noqa: S104  compared, not bound
        names.append(host)
    names += [each.strip().strip("[]").removeprefix(".") for each in listed if each.strip() not in {"", "*"}]
    return list(dict.fromkeys(name.lower() for name in names if name))


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate, key = folder / "authority.pem", folder / "authority.key"
    if certificate.exists() and key.exists():
        held, private = _read_certificate(certificate), _read_key(key)
        if not isinstance(private, ec.EllipticCurvePrivateKey) or not _same_key(held, private):
            raise TlsUnusable(
                f"{certificate} and {key.name} do not belong together. Restore both from your backup, or remove both: "
                "a new authority is then made, which every phone must be told to trust again."
            )
        if held.not_valid_after_utc - timedelta(days=SERVER_DAYS) > now:
            return held, private
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Alcaide"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Alcaide local authority of {socket.gethostname()}"[:64]),
        ]
    )
    built = (
        _begun(name, name, private.public_key(), now, days=AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(private, hashes.SHA256())
    )
    write_private(key, _pem_of_key(private))
    write_private(certificate, _pem(built))
    return built, private


def _new_server(
    names: Sequence[str], signer: x509.Certificate, signer_key: ec.EllipticCurvePrivateKey, now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    built = (
        _begun(subject, signer.subject, private.public_key(), now, days=SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer_key.public_key()), critical=False)
        .sign(signer_key, hashes.SHA256())
    )
    return built, private


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, *, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SLACK)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name.encode("idna").decode("ascii"))
    except UnicodeError as fault:
        raise TlsUnusable(f"“{name}” is no name of a host. Mend it in ALCAIDE_HOSTS or --host.") from fault


def _still_good(held: x509.Certificate, signer: x509.Certificate, names: Sequence[str], now: datetime) -> bool:
    borne = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    if set(borne) != {_general(name) for name in names} or held.issuer != signer.subject:
        return False
    by = held.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    own = signer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    return by == own and held.not_valid_after_utc - timedelta(days=RENEW_BEFORE_DAYS) > now


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as fault:
        raise TlsUnusable(f"The certificate {path} cannot be read ({fault.strerror}).") from fault
    except ValueError as fault:
        raise TlsUnusable(f"{path} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).") from fault


def _read_key(path: Path) -> PrivateKeyTypes:
    try:
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as fault:
        raise TlsUnusable(f"The key {path} cannot be read ({fault.strerror}).") from fault
    except TypeError as fault:
        raise TlsUnusable(f"The key {path} has a password. Give one without, readable by Alcaide alone.") from fault
    except ValueError as fault:
        raise TlsUnusable(f"{path} holds no private key in PEM form (-----BEGIN PRIVATE KEY-----).") from fault


def _same_key(certificate: x509.Certificate, key: PrivateKeyTypes) -> bool:
    return _public(certificate.public_key()) == _public(key.public_key())  # type: ignore[arg-type]  # DH keys hold no certificate


def _public(key: CertificatePublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_of_key(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
