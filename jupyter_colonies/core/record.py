"""Signed records of runs: what they are made of, how they are sealed and how that is checked.

A record is one JSON document. Each of its parts has a digest, the digests make up a seal, and the
seal is signed as requests are (protocol part 01, section 2). So whoever has the document can say
who signed it and which part was changed, without any server. A text that is signed here begins
with a brace, and the payload of a request never does: neither can stand for the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.core import identity
from jupyter_colonies.errors import ColoniesError

KIND = "colonies run record"
VERSION = 1


class Seal(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The digests of the parts, by whom and when (RFC 3339) they were signed.

    `nodes` are pairs of a process id and a digest, in the order of the nodes. `signature` is over
    everything else in the seal and the kind and version of the record.
    """

    by: str
    at: str
    run: str
    nodes: list[tuple[str, str]]
    sources: str
    signature: str = ""


class Document(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A record: the run, an object for each process, source texts by their SHA-256, the seal."""

    kind: str
    version: int
    run: dict[str, Any]
    nodes: list[dict[str, Any]]
    sources: dict[str, str]
    seal: Seal


class Verification(NamedTuple):
    """What checking a record found: who signed it, when, and what is wrong with it.

    `signer` is the id of the key that signed, empty if no signature fits.
    """

    signer: str
    at: str
    problems: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether the record is as it was signed."""
        return not self.problems

    def __bool__(self) -> bool:
        return self.valid

    def __str__(self) -> str:
        who = f"Signed by {self.signer} at {self.at}" if self.signer else "Signed by nobody known"
        if self.valid:
            return f"{who}; everything is as it was signed"
        return "\n".join([f"{who}; it does not match:", *(f"  {each}" for each in self.problems)])


def canonical(value: Any) -> str:
    """The one text of a JSON value: sorted keys, no blanks, numbers without a needless fraction.

    Programs that read and write JSON in between, JavaScript's among them, leave it the same.
    Raises ValueError for what is not JSON.
    """
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(value: Any) -> str:
    """The SHA3-256 of a value's canonical text."""
    return hashlib.sha3_256(canonical(value).encode()).hexdigest()


def source_digest(text: str) -> str:
    """The key of a source: the SHA-256 of its text without the white space at its ends."""
    return hashlib.sha256(text.strip().encode(errors="surrogatepass")).hexdigest()


def sealed(
    run: Mapping[str, Any],
    nodes: Iterable[Mapping[str, Any]],
    sources: Mapping[str, str],
    *,
    by: str,
    at: str,
    sign: Callable[[str], str],
) -> dict[str, Any]:
    """A record with its seal. `sign` signs a text with the key of the id `by`."""
    document = Document(
        kind=KIND,
        version=VERSION,
        run=dict(run),
        nodes=[dict(node) for node in nodes],
        sources=dict(sources),
        seal=Seal(by=by, at=at, run="", nodes=[], sources=""),
    )
    seal = document.seal
    seal.run = digest(document.run)
    seal.nodes = [(str(node["processid"]), digest(node)) for node in document.nodes]
    seal.sources = digest(document.sources)
    seal.signature = sign(_signed_text(document))
    plain: dict[str, Any] = msgspec.to_builtins(document)
    return plain


def verified(value: Any) -> Verification:
    """Check a record, whatever it is."""
    try:
        document = msgspec.convert(value, Document)
        _check_kind(document)
        seal = document.seal
        signer = _signer(document)
        problems = list(_problems(document))
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        return Verification("", "", (f"This is not a run record: {error}",))
    if signer != seal.by:
        problems.append(
            f"The signature is not that of {seal.by or 'anybody'} for this seal: who signed, when, "
            "a digest or the signature itself was changed"
        )
        return Verification("", seal.at, tuple(problems))
    return Verification(signer, seal.at, tuple(problems))


def _check_kind(document: Document) -> None:
    if document.kind != KIND:
        raise ValueError(f"its kind is '{document.kind}'")
    if document.version != VERSION:
        raise ValueError(
            f"its version is {document.version}, and this package reads version {VERSION}: upgrade "
            "jupyter_colonies"
        )


def _signed_text(document: Document) -> str:
    seal = msgspec.to_builtins(document.seal)
    del seal["signature"]
    return canonical({"kind": document.kind, "version": document.version, "seal": seal})


def _signer(document: Document) -> str:
    signature = document.seal.signature
    # The same signature in other letters would be another text for the same thing.
    if signature != signature.lower():
        return ""
    try:
        return identity.recover(_signed_text(document), signature)
    except ColoniesError:
        return ""


def _problems(document: Document) -> Iterator[str]:
    seal = document.seal
    if digest(document.run) != seal.run:
        yield "The facts of the run were changed"
    yield from _problems_of_nodes(document)
    if digest(document.sources) != seal.sources:
        yield "The sources were changed"
    for key, text in document.sources.items():
        if source_digest(text) != key:
            yield f"The source {key} has another digest"


def _problems_of_nodes(document: Document) -> Iterator[str]:
    sealed_digests = dict(document.seal.nodes)
    found = [str(node.get("processid")) for node in document.nodes]
    for node, processid in zip(document.nodes, found, strict=True):
        name = f"Node '{node.get('nodename')}' ({processid})"
        if processid not in sealed_digests:
            yield f"{name} was added"
        elif digest(node) != sealed_digests[processid]:
            yield f"{name} was changed"
    for processid in sealed_digests.keys() - set(found):
        yield f"The node of process {processid} is missing"
    if found != [processid for processid, _ in document.seal.nodes]:
        yield "The nodes are not those that were signed, or not in their order"


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
