"""Writes the example's scans as real reports, so that they come in by the same door as anybody's."""

from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree

from .content import content

RUN_SECONDS = 90
RISKS = ("None", "Low", "Medium", "High", "Critical")


def hosts() -> list[dict[str, Any]]:
    """Return every host of the example with its address and system."""
    estate = content("estate")
    found = [
        {**each, "system": "Debian 12" if each["name"].startswith("mad") else "Windows Server 2019"}
        for each in estate["asset"]
        if each["kind"] == "host"
    ]
    for group in estate["hosts"]:
        found.extend(
            {
                "name": group["pattern"].format(n=number),
                "unit": group["unit"],
                "address": f"{group['network']}.{group['first'] + number - 1}",
                "system": group["system"],
                "reached_from": group["reached_from"],
            }
            for number in range(1, group["count"] + 1)
        )
    return found


def scan_report(number: int, *, at: datetime) -> bytes:
    """Return the example's scan of this number as a Nessus file, as if made at this moment."""
    root = etree.Element("NessusClientData_v2")
    report = etree.SubElement(root, "Report", name=f"Almena week scan {number}")
    moment = at
    for host in hosts():
        _host(report, host, number=number, at=moment)
        moment += timedelta(seconds=RUN_SECONDS)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _host(report: etree._Element, host: dict[str, Any], *, number: int, at: datetime) -> None:
    element = etree.SubElement(report, "ReportHost", name=host["address"])
    properties = etree.SubElement(element, "HostProperties")
    for name, value in (
        ("host-ip", host["address"]),
        ("host-fqdn", f"{host['name']}.almena.example"),
        ("operating-system", host["system"]),
        ("Credentialed_Scan", "true"),
        ("HOST_START", _date(at)),
        ("HOST_END", _date(at + timedelta(seconds=RUN_SECONDS))),
    ):
        etree.SubElement(properties, "tag", name=name).text = value
    _item(element, {"check": "900001", "name": "Host answers", "severity": 0, "port": 0, "cves": []})
    for flaw in content("flaws")["flaw"]:
        if number in flaw["scans"] and host["name"] in flaw["hosts"]:
            _item(element, flaw)


def _item(host: etree._Element, flaw: dict[str, Any]) -> None:
    item = etree.SubElement(
        host, "ReportItem", port=str(flaw["port"]), svc_name="general" if flaw["port"] == 0 else "www",
        protocol="tcp", severity=str(flaw["severity"]), pluginID=flaw["check"], pluginName=flaw["name"],
        pluginFamily="Example",
    )  # fmt: skip
    for cve in flaw["cves"]:
        etree.SubElement(item, "cve").text = cve
    for name, value in (
        ("cvss3_vector", flaw.get("cvss")),
        ("risk_factor", RISKS[flaw["severity"]]),
        ("solution", flaw.get("solution")),
        ("synopsis", flaw["name"]),
    ):
        if value:
            etree.SubElement(item, name).text = value


def _date(at: datetime) -> str:
    """Return a moment as scanners write it: `Mon Nov  2 06:00:00 2026`."""
    return at.astimezone(UTC).strftime("%a %b %e %H:%M:%S %Y")
