"""`alcaide up`: prepare the installation, serve its pages, work its jobs, until asked to stop."""

import errno
import fcntl
import http.client
import io
import json
import os
import shutil
import signal
import socket
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from alcaide import __version__
from alcaide.project.first import Beginning
from alcaide.project.gate import Gate
from alcaide.project.home import Home, HomeUnusable, current
from alcaide.project.supervise import Child, Supervisor
from alcaide.project.tls import Pair, TlsUnusable, given_pair, names_to_serve, own_pair

from .base import Command, Stop, say
from .house import load

LEAST_FREE_BYTES = 300 * 1024 * 1024
HEALTHY_WITHIN_S = 60
AFTER_A_KILL_S = 5
WEB_PROCESSES, WEB_THREADS = 2, 8
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=8000, help="the port of the pages (8000); 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen at (this machine only)")
    parser.add_argument(
        "--tls", action="store_true", help="serve by https, with a certificate of an own local authority"
    )
    parser.add_argument("--tls-certificate", type=Path, help="with --tls: a certificate of your own (PEM, whole chain)")
    parser.add_argument("--tls-key", type=Path, help="with --tls-certificate: its key (PEM, without password)")
    parser.add_argument("--empty", action="store_true", help="begin without the example organization")
    parser.add_argument("--organization", default=Beginning.organization, help="with --empty: the organization's name")
    parser.add_argument("--currency", default=Beginning.currency, help="with --empty: its currency, such as EUR")
    parser.add_argument("--chief", default=Beginning.chief_email, help="with --empty: the chief's e-mail address")


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError
    return number


def _run(chosen: Namespace) -> int:
    home = current()
    # What an installation holds is for its own user alone, and its words are read as they come.
    os.umask(0o077)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    _prepare(home)
    say(f"Alcaide {__version__}; its data is in {home.path}")
    with _alone(home) as was_killed:
        pair = _certificates(home, chosen)
        port = _free_port(chosen.host, chosen.port, patience_s=AFTER_A_KILL_S if was_killed else 0)
        door = Door(chosen.host, port, pair)
        _record(home, door.address)
        supervisor, gate = Supervisor(_children(home, door), say), Gate(home.run / "ready")
        gate.shut()
        try:
            link = _make_ready(chosen, door.address, meanwhile=supervisor.start)
        except BaseException:
            supervisor.drop()
            raise
        supervisor.take_signals()
        gate.open()
        try:
            _wait_until_healthy(supervisor, door)
            if not supervisor.asked:
                _welcome(door, link)
            supervisor.keep()
        except BaseException:
            supervisor.stop()
            raise
        say("Alcaide has stopped.")
        _record(home, None)
    return 0


@dataclass(frozen=True)
class Door:
    """Where this run is reached, and with which certificate."""

    host: str
    port: int
    pair: Pair | None

    @property
    def address(self) -> str:
        shown = "localhost" if self.host in LOOPBACK else self.host
        return f"{'https' if self.pair else 'http'}://{shown}:{self.port}"


def _certificates(home: Home, chosen: Namespace) -> Pair | None:
    """Return the certificate to serve with, None without --tls. Raises Stop where it cannot be used."""
    given = (chosen.tls_certificate, chosen.tls_key)
    if any(given) and not chosen.tls:
        raise Stop("--tls-certificate and --tls-key go with --tls.")
    if any(given) and not all(given):
        raise Stop("A certificate needs its key: give both --tls-certificate and --tls-key.")
    if not chosen.tls:
        return None
    # Read by the settings of this process and of those it starts: cookies then travel by https only.
    os.environ["ALCAIDE_TLS"] = "1"
    try:
        if all(given):
            return given_pair(home, chosen.tls_certificate, chosen.tls_key)
        return own_pair(home, names_to_serve(chosen.host, os.environ.get("ALCAIDE_HOSTS", "").split(",")))
    except (TlsUnusable, HomeUnusable) as fault:
        raise Stop(str(fault)) from fault


def _prepare(home: Home) -> None:
    try:
        home.prepare()
        (home.path / "logs").mkdir(exist_ok=True)
    except (HomeUnusable, OSError) as fault:
        raise Stop(str(fault)) from fault
    free = shutil.disk_usage(home.path).free
    if free < LEAST_FREE_BYTES:
        raise Stop(
            f"Only {free // 2**20} MB are free where {home.path} stands; Alcaide needs {LEAST_FREE_BYTES // 2**20} MB. "
            "Free some space, or give another folder in ALCAIDE_HOME."
        )


@contextmanager
def _alone(home: Home) -> Iterator[bool]:
    """Hold the installation for this process. Yields whether the run before was killed."""
    with (home.run / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(_already(home), code=1) from None
        yield _state_file(home).exists()


def _state_file(home: Home) -> Path:
    return home.run / "up.json"


def _record(home: Home, address: str | None) -> None:
    """Note where this run is reached; nothing once it ended in order."""
    if address is None:
        _state_file(home).unlink(missing_ok=True)
    else:
        _state_file(home).write_text(json.dumps({"pid": os.getpid(), "address": address}))


def _already(home: Home) -> str:
    try:
        running = json.loads(_state_file(home).read_text())
        where = f" at {running['address']} (process {running['pid']})"
    except (OSError, ValueError, KeyError):
        where = ""
    return f"Alcaide already runs for {home.path}{where}. Stop that one first, or give another folder in ALCAIDE_HOME."


def _free_port(host: str, port: int, *, patience_s: float) -> int:
    """Return the port to listen at. Raises Stop where another program has it."""
    ends_at = time.monotonic() + patience_s
    while True:
        try:
            return _try_port(host, port)
        except OSError as fault:
            # What a killed run left behind ends with it, but needs a moment.
            if fault.errno == errno.EADDRINUSE and time.monotonic() < ends_at:
                time.sleep(0.1)
                continue
            raise Stop(_why_no_port(fault, host, port)) from fault


def _try_port(host: str, port: int) -> int:
    # A browser asks for localhost on either family first, so the port must be free on both.
    hosts = ["127.0.0.1", "::1"] if host in LOOPBACK else [host]
    for place in hosts:
        family = socket.AF_INET6 if ":" in place else socket.AF_INET
        try:
            with closing(socket.socket(family, socket.SOCK_STREAM)) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind((place, port))
                port = trial.getsockname()[1]
        except OSError as fault:
            # A machine without IPv6 has nobody listening there.
            if place == "::1" and len(hosts) > 1 and fault.errno != errno.EADDRINUSE:
                continue
            raise
    return port


def _why_no_port(fault: OSError, host: str, port: int) -> str:
    if fault.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Choose another one, such as --port {min(port + 1, 65535)}."
    if fault.errno == errno.EACCES:
        return f"Port {port} is kept for the system's own programs. Choose one above 1023, such as --port 8000."
    return (
        f"Alcaide cannot listen at {host}: {fault.strerror or fault}. Give one of this machine's addresses in --host."
    )


def _make_ready(chosen: Namespace, address: str, *, meanwhile: Callable[[], None]) -> str | None:
    """Prepare database, files and content; return the first sign-in link where one is needed.

    meanwhile: called once the database is laid out; it begins what goes on beside the rest.
    """
    load()
    from django.db import DatabaseError, connections  # noqa: PLC0415  as above

    from alcaide.project import prepare  # noqa: PLC0415  as above

    try:
        prepare.prepare_database()
        meanwhile()
        prepare.prepare_static_files()
        prepare.prepare_content(Beginning(chosen.empty, chosen.organization, chosen.currency, chosen.chief))
        link = prepare.first_link(address)
    except (OSError, DatabaseError) as fault:
        if _is_no_space(fault):
            raise Stop(f"The disk of {current().path} is full. Free some space and start again.") from fault
        raise
    connections.close_all()
    return link


def _is_no_space(fault: Exception) -> bool:
    return getattr(fault, "errno", None) in {errno.ENOSPC, errno.EDQUOT} or "disk is full" in str(fault)


def _children(home: Home, door: Door) -> list[Child]:
    host = "127.0.0.1" if door.host == "localhost" else door.host
    pair = door.pair
    tls = ["--ssl-certificate", str(pair.certificate), "--ssl-keyfile", str(pair.key)] if pair else []
    web = [
        "--interface", "wsgi", "--host", host, "--port", str(door.port), "--no-ws", *tls,
        "--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS), "--backpressure", str(WEB_THREADS),
        "--respawn-failed-workers", "--workers-kill-timeout", "10", "alcaide.project.served:application",
    ]  # fmt: skip
    logs = home.path / "logs"
    return [
        Child("web process", "granian", web, logs / "web.log", ends_by=signal.SIGKILL),
        Child("worker", "alcaide.project.cli", ["work"], logs / "worker.log", ends_by=signal.SIGTERM),
    ]


def _wait_until_healthy(supervisor: Supervisor, door: Door) -> None:
    """Wait until the pages answer. Raises Stop with the log's end where they do not."""
    web = supervisor.children[0]
    ends_at = time.monotonic() + HEALTHY_WITHIN_S
    while not supervisor.asked and not _answers(door):
        if web.has_ended or time.monotonic() > ends_at:
            raise Stop(f"The web process does not answer. The end of {web.log}:\n{web.tail()}")
        time.sleep(0.05)


def _answers(door: Door) -> bool:
    place = {"0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}.get(door.host, door.host)  # noqa: S104  compared, not bound
    try:
        with closing(_connection(place, door)) as connection:
            connection.request("GET", "/health", headers={"Host": "localhost"})
            return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def _connection(place: str, door: Door) -> http.client.HTTPConnection:
    if door.pair:
        return http.client.HTTPSConnection(place, door.port, timeout=5, context=door.pair.trusting())
    return http.client.HTTPConnection(place, door.port, timeout=5)


def _welcome(door: Door, link: str | None) -> None:
    lines = ["", f"  Alcaide is at {door.address}"]
    if link:
        lines += ["", "  Sign in for the first time with this link. It works once, within the hour:", f"  {link}"]
    if door.host not in LOOPBACK:
        lines += ["", "  Others reach it only under the names listed in ALCAIDE_HOSTS."]
    if door.pair and door.pair.authority:
        lines += [
            "", f"  Its certificate is signed by this installation's own authority, {door.pair.authority}",
            f"  Phones trust it once they hold that file; {door.address}/authority/ tells how. Its SHA-256:",
            f"  {door.pair.fingerprint}",
        ]  # fmt: skip
    lines += ["", "  Ctrl-C stops it." if sys.stdout.isatty() else "  SIGTERM stops it."]
    say("\n".join(lines))


UP = Command("up", "prepare this installation, serve its pages and work its jobs", _arguments, _run)
