"""Whatever the house fetches: no private networks, no plain http, the checked address is the asked one, caps hold."""

import ast
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from alcaide.common import fetching
from alcaide.project import tls
from alcaide.project.home import Home

pytestmark = pytest.mark.once

SOURCE = Path(fetching.__file__).resolve().parent.parent
# Who else speaks on the network, and why.
SPEAKERS = {
    "common/fetching.py": "the one door",
    "project/commands/up.py": "asks its own server whether it is well",
    "project/tls.py": "names this machine",
    "common/notices/post.py": "hands letters to the mail server that the installation names",
    "common/notices/letters.py": "knows the faults of a mail server by name",
    "project/signing/adapters.py": "writes the letters of the door, over the connection of common/notices/post.py",
    "project/supervise.py": "starts the house's own parts",
    "project/backup/rehearsing.py": "starts the house's own command",
}
WEB = {
    "urllib.request", "http.client", "xmlrpc.client", "django.core.mail", "requests", "urllib3", "httpx", "aiohttp",
    "socket", "asyncio", "smtplib", "imaplib", "poplib", "ftplib", "telnetlib", "paramiko", "pycurl", "subprocess",
}  # fmt: skip


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        body = b"x" * 200_000 if self.path == "/long" else f"{self.headers['Host']}".encode()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def server() -> Iterator[str]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()


def resolve_to(monkeypatch, *addresses: str) -> list[str]:
    asked = []

    def answer(host, port, *rest, **more):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1",  # noqa: S104  asked, not bound
        "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "224.0.0.1", "198.18.0.1",
    ],
)  # fmt: skip
def test_no_private_address_is_asked_under_any_name(monkeypatch, address):
    resolve_to(monkeypatch, address)
    with pytest.raises(fetching.FetchRefused, match="private network"):
        fetching.fetch("https://innocent.example/feed")


def test_one_private_address_among_public_ones_refuses_them_all(monkeypatch):
    resolve_to(monkeypatch, "93.184.215.14", "10.0.0.1")
    with pytest.raises(fetching.FetchRefused, match="private network"):
        fetching.check("https://innocent.example/")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/x", "gopher://127.0.0.1:25/_x", "https://", "//example.org",
        "https://user:pass@example.org/", "https://example.org\\@127.0.0.1/", "https://example.org:99999/",
    ],
)  # fmt: skip
def test_only_plain_web_addresses_are_asked(url):
    with pytest.raises((fetching.FetchRefused, fetching.requests.RequestException)):
        fetching.fetch(url)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost.", "[::ffff:7f00:1]"])
def test_other_spellings_of_this_machine_are_seen_through(host):
    with pytest.raises(fetching.FetchRefused):
        fetching.fetch(f"https://{host}/")


def test_plain_http_is_refused_unless_its_origin_is_named(server, settings):
    with pytest.raises(fetching.FetchRefused, match="without encryption"):
        fetching.fetch(f"{server}/")
    settings.FETCH_ALLOWED = [server]
    assert fetching.fetch(f"{server}/") == server.removeprefix("http://").encode()


def test_a_redirect_is_checked_like_a_first_address(server, settings):
    settings.FETCH_ALLOWED = [server]
    for inner in ("http://169.254.169.254/latest/", "http://127.0.0.1:1/", "file:///etc/passwd"):
        with pytest.raises(fetching.requests.RequestException) as refused:
            fetching.fetch(f"{server}/to/{inner}")
        assert isinstance(refused.value, fetching.FetchRefused | fetching.requests.exceptions.InvalidSchema)


def test_the_name_is_looked_up_once_and_the_connection_goes_to_what_was_checked(server, settings, monkeypatch):
    port = int(server.rpartition(":")[2])
    settings.FETCH_ALLOWED = [f"http://feed.example:{port}"]
    answers = iter([["127.0.0.1"], ["10.255.255.1"]])

    def look_up(host, port, *rest, **more):
        if host == "127.0.0.1":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in next(answers)]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", look_up)
    assert fetching.fetch(f"http://feed.example:{port}/") == f"feed.example:{port}".encode()
    assert next(answers) == ["10.255.255.1"]


def test_a_long_answer_is_cut_off(server, settings):
    settings.FETCH_ALLOWED = [server]
    assert len(fetching.fetch(f"{server}/long")) == 200_000
    with pytest.raises(fetching.FetchTooLarge):
        fetching.fetch(f"{server}/long", cap_bytes=100_000)


def test_a_slow_answer_is_cut_off(server, settings):
    settings.FETCH_ALLOWED = [server]
    with pytest.raises(fetching.FetchTooLarge):
        fetching.fetch(f"{server}/long", whole_s=-1)


def test_no_proxy_or_password_of_the_environment_is_used(server, settings, monkeypatch):
    settings.FETCH_ALLOWED = [server]
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert fetching.fetch(f"{server}/")


def test_nobody_else_speaks_to_other_machines():
    speaking = set()
    for file in SOURCE.rglob("*.py"):
        name = file.relative_to(SOURCE).as_posix()
        if "/tests/" not in name and web_in(ast.parse(file.read_text())):
            speaking.add(name)
    assert speaking == set(SPEAKERS)


@pytest.mark.parametrize(
    "code",
    [
        "import requests as r", "from urllib import request", "import urllib.request", "from http import client",
        "import urllib", "import urllib3.util", "from requests.sessions import Session", "import subprocess",
        "def f():\n    import socket", "import_module('requests')", "importlib.import_module('http.client')",
        "__import__('socket')", "from django.core import mail", "from django.core.mail import send_mail",
    ],
)  # fmt: skip
def test_the_reader_of_the_code_finds_who_speaks(code):
    assert web_in(ast.parse(code))


@pytest.mark.parametrize("code", ["from urllib.parse import urlsplit", "import ssl", "import_module('json')"])
def test_the_reader_of_the_code_leaves_the_others_alone(code):
    assert not web_in(ast.parse(code))


def web_in(tree: ast.AST) -> set[str]:
    """Return what a module imports that could speak to another machine, also where it is asked for by its name."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"import_module", "__import__"}:
            names |= {
                each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
            }
    # A package imported by its first name alone may be used for whatever it holds.
    return {
        name for name in names if name in {"urllib", "http"} or any(f"{name}.".startswith(f"{web}.") for web in WEB)
    }


@pytest.fixture
def sealed_server(tmp_path) -> Iterator[tuple[int, str]]:
    home = Home(tmp_path / "home")
    home.prepare()
    pair = tls.own_pair(home, ["feed.example"])
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made.server_port, str(pair.authority)
    made.shutdown()
    made.server_close()


def test_the_certificate_must_be_of_the_name_that_was_asked(sealed_server, settings, monkeypatch):
    port, authority = sealed_server
    settings.FETCH_ALLOWED = ["feed.example", "other.example"]
    resolve_to(monkeypatch, "127.0.0.1")
    asking = fetching.session()
    asking.verify = authority
    assert asking.get(f"https://feed.example:{port}/").text == f"feed.example:{port}"
    with pytest.raises(fetching.requests.exceptions.SSLError):
        asking.get(f"https://other.example:{port}/")


def test_a_certificate_of_an_unknown_authority_is_refused(sealed_server, settings, monkeypatch):
    port, _ = sealed_server
    settings.FETCH_ALLOWED = ["feed.example"]
    resolve_to(monkeypatch, "127.0.0.1")
    with pytest.raises(fetching.requests.exceptions.SSLError):
        fetching.fetch(f"https://feed.example:{port}/")
    asking = fetching.session()
    asking.verify = False
    with pytest.raises(fetching.requests.exceptions.SSLError):
        asking.get(f"https://feed.example:{port}/")
