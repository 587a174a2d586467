"""`alcaide up --tls`: the house's own authority, given files, and what is said where they cannot be used."""

import ssl
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPSHandler, Request, build_opener

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from alcaide.project import tls
from alcaide.project.home import Home
from test_up import address_of, alcaide, environment, home_of, laid_out, running

pytestmark = pytest.mark.once

__all__ = ["environment", "laid_out"]
NAMES = ["localhost", "127.0.0.1", "gate.example"]
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.prepare()
    return made


def names_in(pair):
    held = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
    names = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(each.value) for each in names}


def pem_key(path: Path, key, *, password: bytes | None = None) -> Path:
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, how))
    return path


def test_the_own_certificate_bears_every_name_and_is_signed_by_the_own_authority(home):
    pair = tls.own_pair(home, NAMES, now=NOW)
    assert names_in(pair) == set(NAMES)
    authority = x509.load_pem_x509_certificate(pair.authority.read_bytes())
    held = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
    held.verify_directly_issued_by(authority)
    assert (held.not_valid_after_utc - NOW).days == 397


def test_the_keys_are_readable_by_their_owner_alone(home):
    tls.own_pair(home, NAMES, now=NOW)
    for name in ("server.key", "authority.key"):
        assert (home.keys / "tls" / name).stat().st_mode & 0o077 == 0


def test_a_second_start_keeps_the_certificate(home):
    first = tls.own_pair(home, NAMES, now=NOW).certificate.read_bytes()
    assert tls.own_pair(home, NAMES, now=NOW + timedelta(days=300)).certificate.read_bytes() == first


def test_a_new_name_gets_a_new_certificate_of_the_same_authority(home):
    before = tls.own_pair(home, NAMES, now=NOW)
    after = tls.own_pair(home, [*NAMES, "desk.example"], now=NOW)
    assert "desk.example" in names_in(after)
    assert after.fingerprint == before.fingerprint


def test_a_certificate_that_ends_soon_is_renewed(home):
    first = tls.own_pair(home, NAMES, now=NOW)
    later = tls.own_pair(home, NAMES, now=NOW + timedelta(days=tls.SERVER_DAYS - tls.RENEW_BEFORE_DAYS))
    assert later.until > first.until


def test_a_start_that_was_killed_between_key_and_certificate_mends_them(home):
    pair = tls.own_pair(home, NAMES, now=NOW)
    pem_key(pair.key, ec.generate_private_key(ec.SECP256R1()))
    mended = tls.own_pair(home, NAMES, now=NOW)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(mended.certificate, mended.key)


def test_an_authority_whose_key_is_another_is_refused_in_words(home, tmp_path):
    pair = tls.own_pair(home, NAMES, now=NOW)
    pem_key(pair.authority.with_suffix(".key"), ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(tls.TlsUnusable, match="do not belong together"):
        tls.own_pair(home, NAMES, now=NOW)


def test_given_files_are_served_with_the_key_as_the_server_wants_it(home, tmp_path):
    own = tls.own_pair(home, NAMES, now=NOW)
    pair = tls.given_pair(home, own.certificate, own.key, now=NOW)
    assert pair.authority is None
    assert b"BEGIN PRIVATE KEY" in pair.key.read_bytes()


def test_a_key_of_another_certificate_is_refused(home, tmp_path):
    own = tls.own_pair(home, NAMES, now=NOW)
    other = pem_key(tmp_path / "other.key", rsa.generate_private_key(65537, 2048))
    with pytest.raises(tls.TlsUnusable, match="is not the one of the certificate"):
        tls.given_pair(home, own.certificate, other, now=NOW)


def test_a_certificate_that_has_ended_is_refused_with_its_day(home):
    own = tls.own_pair(home, NAMES, now=NOW)
    with pytest.raises(tls.TlsUnusable, match=r"ended on 2027-12-25"):
        tls.given_pair(home, own.certificate, own.key, now=NOW + timedelta(days=400))


def test_a_key_with_a_password_is_refused(home, tmp_path):
    own = tls.own_pair(home, NAMES, now=NOW)
    locked = pem_key(tmp_path / "locked.key", ec.generate_private_key(ec.SECP256R1()), password=b"secret")
    with pytest.raises(tls.TlsUnusable, match="has a password"):
        tls.given_pair(home, own.certificate, locked, now=NOW)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--tls-key", "x"], "go with --tls"),
        (["--tls", "--tls-key", "x"], "needs its key"),
        (["--tls", "--tls-key", "/no/key", "--tls-certificate", "/no/certificate"], "cannot be read"),
    ],
)
@pytest.mark.slow
def test_wrong_arguments_are_said_in_words(environment, arguments, words):
    done = alcaide(environment, "up", "--empty", "--port", "0", *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_a_house_without_an_authority_says_so_and_hands_nothing_out(client, db, settings, tmp_path):
    settings.HOME = Home(tmp_path)
    assert "has no authority of its own" in client.get("/authority/").content.decode()
    assert client.get("/authority/alcaide-authority.crt").status_code == 404


def test_a_stranger_gets_the_authority_with_its_fingerprint(client, db, settings, home):
    pair = tls.own_pair(home, NAMES)
    settings.HOME = home
    assert pair.fingerprint in client.get("/authority/").content.decode()
    handed = client.get("/authority/alcaide-authority.crt")
    assert handed.content == pair.authority.read_bytes()
    assert b"PRIVATE" not in handed.content


@pytest.mark.slow
def test_a_person_signs_in_over_https_and_cookies_stay_there(laid_out):
    with running(laid_out, "--tls") as (_, told):
        link = next(line.strip() for line in told.read_text().splitlines() if "/sign-in/link/" in line)
        cookies = CookieJar()
        trusting = ssl.create_default_context(cafile=home_of(laid_out) / "keys" / "tls" / "authority.pem")
        browser = build_opener(HTTPSHandler(context=trusting), HTTPCookieProcessor(cookies))
        assert link.startswith("https://localhost:")
        browser.open(link, timeout=10)
        token = next(cookie.value for cookie in cookies if cookie.name == "csrftoken")
        typed = urlencode({"key": parse_qs(urlsplit(link).query)["key"][0], "csrfmiddlewaretoken": token})
        asked = Request(link, typed.encode(), {"Referer": link})  # noqa: S310  our own address
        answer = browser.open(asked, timeout=10)
        assert "/account/password/" in answer.url
        assert all(cookie.secure for cookie in cookies if cookie.name in {"sessionid", "csrftoken"})
        assert address_of(laid_out).startswith("https://")


def test_the_check_tells_when_the_certificate_ends(home):
    from alcaide.project.checks import _certificate  # noqa: PLC0415  needs Django's settings

    tls.own_pair(home, NAMES)
    assert _certificate(home).state == "ok"
    tls.own_pair(home, NAMES, now=datetime.now(UTC) - timedelta(days=tls.SERVER_DAYS - 40))
    (home.keys / "tls" / "server.pem").write_text("broken")
    assert _certificate(home).state == "broken"
