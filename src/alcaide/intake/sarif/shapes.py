"""The parts of a SARIF log as typed structs, as far as they are read."""

from typing import Any

import msgspec

Loose = dict[str, Any]


class Message(msgspec.Struct, gc=False):
    """A text, or the name of one among the rule's texts."""

    text: str = ""
    markdown: str = ""
    id: str = ""
    arguments: list[str] | None = None


class Level(msgspec.Struct, gc=False):
    """How a rule's results are ranked unless they say so themselves."""

    level: str = ""


class Rule(msgspec.Struct, gc=False):
    """One rule of a tool."""

    id: str = ""
    name: str = ""
    shortDescription: Message | None = None
    fullDescription: Message | None = None
    help: Message | None = None
    helpUri: str = ""
    defaultConfiguration: Level | None = None
    messageStrings: dict[str, Message] | None = None
    properties: Loose | None = None


class Place(msgspec.Struct, gc=False):
    """Where a file is; uriBaseId names the folder it is relative to."""

    uri: str = ""
    uriBaseId: str = ""
    index: int = -1


class Region(msgspec.Struct, gc=False):
    """A stretch of a file."""

    startLine: int = 0
    startColumn: int = 0
    charOffset: int = -1
    byteOffset: int = -1
    snippet: Message | None = None


class Physical(msgspec.Struct, gc=False):
    """A place in a file, or at an address of a program."""

    artifactLocation: Place | None = None
    address: Loose | None = None
    region: Region | None = None
    contextRegion: Region | None = None


class Logical(msgspec.Struct, gc=False):
    """A place by the names of the code."""

    name: str = ""
    fullyQualifiedName: str = ""
    decoratedName: str = ""
    index: int = -1


class Location(msgspec.Struct, gc=False):
    """Where a result is."""

    physicalLocation: Physical | None = None
    logicalLocations: list[Logical] | None = None


class Suppression(msgspec.Struct, gc=False):
    """Why a result is not to be shown."""

    kind: str = ""
    status: str = ""
    state: str = ""
    justification: str = ""


class Reference(msgspec.Struct, gc=False):
    """Which rule of which part of the tool."""

    id: str = ""
    index: int = -1
    toolComponent: Loose | None = None


class Origin(msgspec.Struct, gc=False):
    """Which run of the tool found a result."""

    invocationIndex: int = -1


class Result(msgspec.Struct, gc=False):
    """One result."""

    ruleId: str = ""
    ruleIndex: int = -1
    rule: Reference | None = None
    level: str = ""
    kind: str = ""
    message: Message | None = None
    locations: list[Location] | None = None
    partialFingerprints: Loose | None = None
    fingerprints: Loose | None = None
    suppressions: list[Suppression] | None = None
    baselineState: str = ""
    properties: Loose | None = None
    provenance: Origin | None = None


class Provenance(msgspec.Struct, gc=False):
    """The repository the files come from."""

    repositoryUri: str = ""
    branch: str = ""


class Override(msgspec.Struct, gc=False):
    """How one run of the tool ranked a rule."""

    descriptor: Reference | None = None
    configuration: Level | None = None


class Invocation(msgspec.Struct, gc=False):
    """One run of the tool."""

    executionSuccessful: bool = True
    startTimeUtc: str = ""
    endTimeUtc: str = ""
    workingDirectory: Place | None = None
    ruleConfigurationOverrides: list[Override] | None = None


class Automation(msgspec.Struct, gc=False):
    """The kind of run; results of one kind can be compared."""

    id: str = ""


class Component(msgspec.Struct, gc=False):
    """The name of a tool."""

    name: str = ""
    version: str = ""
    semanticVersion: str = ""


class Artifact(msgspec.Struct, gc=False):
    """One of the files that were looked at."""

    location: Place | None = None
