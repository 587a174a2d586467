"""Small Nessus reports of our own making."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from alcaide.threats.tests.samples import epss, kev, stored

__all__ = ["MONDAY", "Host", "Item", "epss", "kev", "nessus", "stored"]
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    """One item of a host."""

    check: str
    severity: int = 3
    port: int = 443
    name: str = ""
    cves: tuple[str, ...] = ()
    output: str = ""

    def xml(self) -> str:
        cves = "".join(f"<cve>{cve}</cve>" for cve in self.cves)
        name = quoteattr(self.name or f"Check {self.check}")
        return (
            f'<ReportItem port="{self.port}" svc_name="www" protocol="tcp" severity="{self.severity}" '
            f'pluginID="{self.check}" pluginName={name} pluginFamily="General">{cves}'
            f"<solution>Update it.</solution><plugin_output>{escape(self.output)}</plugin_output></ReportItem>"
        )


@dataclass(frozen=True)
class Host:
    """One host block."""

    name: str = "srv-1.almena.example"
    items: Sequence[Item] = ()
    at: datetime = MONDAY
    credentialed: bool | None = True
    tags: dict[str, str] = field(default_factory=dict)

    def xml(self) -> str:
        tags = {"host-fqdn": self.name, "HOST_END_TIMESTAMP": str(int(self.at.timestamp())), **self.tags}
        if self.credentialed is not None:
            tags["Credentialed_Scan"] = str(self.credentialed).lower()
        properties = "".join(f'<tag name="{name}">{escape(value)}</tag>' for name, value in tags.items() if value)
        items = "\n".join(item.xml() for item in self.items)
        return (
            f"<ReportHost name={quoteattr(self.name)}><HostProperties>{properties}</HostProperties>\n"
            f"{items}\n</ReportHost>"
        )


def nessus(*hosts: Host, checks_run: Sequence[str] | None = None) -> bytes:
    """Return a whole report."""
    ran = ";".join(checks_run or ())
    policy = f"<preference><name>plugin_set</name><value>{ran}</value></preference>" if checks_run else ""
    body = "\n".join(host.xml() for host in hosts)
    return (
        '<?xml version="1.0" ?>\n<NessusClientData_v2><Policy><policyName>Full</policyName><Preferences>'
        f"<ServerPreferences>{policy}</ServerPreferences></Preferences></Policy>\n"
        f'<Report name="Weekly">\n{body}\n</Report>\n</NessusClientData_v2>\n'
    ).encode()
