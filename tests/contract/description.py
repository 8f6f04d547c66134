"""Twilio's published OpenAPI description, fetched once, and what it says about a request or an answer."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from jsonschema import Draft202012Validator, FormatChecker

PACKAGE = "@twilio/cli-core@8.3.2"  # MIT; it carries the description as one of its files
MEMBER = "package/src/services/twilio-api/twilio_api_v2010.json"
SHA256 = "7f123267c8dd60bd5412ed723cc021f0e58d52b635e8fad41f72c4a3dda9e77e"
CACHE = Path(__file__).parents[1] / ".cache"
FORM = "application/x-www-form-urlencoded"


class NoNpm(Exception):
    """The description cannot be had on this machine."""


@dataclass(frozen=True)
class Exchange:
    """One call as it went over the line."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer: bytes

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)


def description() -> Description:
    """From the cache, else through npm. Raises NoNpm."""
    kept = CACHE / "twilio_api_v2010-8.3.2.json"
    if not kept.exists():
        _fetch(kept)
    content = kept.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256, "the fetched description is not the one that was reviewed"
    return Description(json.loads(content))


def _fetch(kept: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NoNpm("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(
            [npm, "pack", PACKAGE, "--silent"], cwd=folder, capture_output=True, text=True, timeout=90, check=False
        )
        if ran.returncode:
            raise NoNpm(f"npm could not fetch {PACKAGE}: {ran.stderr.strip()[:200]}")
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            member = archive.extractfile(MEMBER)
            assert member
            CACHE.mkdir(exist_ok=True)
            half = CACHE / f"{Path(folder).name}.half"
            half.write_bytes(member.read())
            half.rename(kept)


class Description:
    """Finds fault with exchanges; no fault is an empty list."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = _as_json_schema(document)
        self._formats = FormatChecker(formats=["date-time"])
        self._formats.checks("date-time-rfc-2822", raises=(ValueError, TypeError))(
            lambda value: value is None or parsedate_to_datetime(value)
        )
        self._formats.checks("phone-number")(
            lambda value: value is None or re.fullmatch(r"\S{3,255}", value) is not None
        )

    def faults_of_request(self, exchange: Exchange) -> list[str]:
        found = self._operation(exchange)
        if found is None:
            return [f"there is no {exchange.method} {exchange.path}"]
        operation, values = found
        faults = [*self._faults_of_entry(exchange, operation), *self._faults_of_values("path", values, operation)]
        query = parse_qs(urlsplit(exchange.target).query, keep_blank_values=True)
        faults += self._faults_of_values("query", query, operation)
        return faults + self._faults_of_form(exchange, operation)

    def faults_of_answer(self, exchange: Exchange) -> list[str]:
        """Against the schema of the answer; a property that is missing or unheard of is a fault too."""
        found = self._operation(exchange)
        assert found, exchange.path
        answer = found[0]["responses"].get(str(exchange.status))
        if answer is None:
            return [f"{exchange.status} is not an answer to {exchange.path}"]
        if "content" not in answer:
            return ["a body where none belongs"] if exchange.answer else []
        schema = answer["content"]["application/json"]["schema"]
        value = json.loads(exchange.answer)
        return [*self._faults(value, schema, "answer"), *self._unheard_of(value, schema)]

    def _operation(self, exchange: Exchange) -> tuple[dict[str, Any], dict[str, list[str]]] | None:
        for template, item in self._document["paths"].items():
            match = re.fullmatch(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+?)", re.escape(template)), exchange.path)
            if match and exchange.method.lower() in item:
                return item[exchange.method.lower()], {name: [value] for name, value in match.groupdict().items()}
        return None

    def _faults_of_entry(self, exchange: Exchange, operation: dict[str, Any]) -> Iterator[str]:
        schemes = {name for need in operation.get("security", []) for name in need}
        basic = {name for name in schemes if self._document["components"]["securitySchemes"][name]["scheme"] == "basic"}
        kind, _, secret = exchange.headers.get("authorization", "").partition(" ")
        if not basic or kind != "Basic" or b":" not in b64decode(secret):
            yield "the credentials are not those of the description"

    def _faults_of_values(self, place: str, values: dict[str, list[str]], operation: dict[str, Any]) -> Iterator[str]:
        known = {one["name"]: one for one in operation.get("parameters", []) if one["in"] == place}
        yield from (f"{place}: {name} is unheard of" for name in values if name not in known)
        yield from (
            f"{place}: {name} is missing" for name, one in known.items() if one.get("required") and name not in values
        )
        for name, given in values.items():
            if name in known:
                yield from self._faults_of_given(given, known[name]["schema"], f"{place}: {name}")

    def _faults_of_form(self, exchange: Exchange, operation: dict[str, Any]) -> list[str]:
        if "requestBody" not in operation:
            return ["a body where none belongs"] if exchange.body else []
        if (
            exchange.headers.get("content-type", "").partition(";")[0] != FORM
            or FORM not in operation["requestBody"]["content"]
        ):
            return ["the body is not a form"]
        schema = operation["requestBody"]["content"][FORM]["schema"]
        form = parse_qs(exchange.body.decode(), keep_blank_values=True, strict_parsing=True)
        faults = [f"form: {name} is unheard of" for name in form if name not in schema["properties"]]
        faults += [f"form: {name} is missing" for name in schema.get("required", []) if name not in form]
        for name in set(form) & set(schema["properties"]):
            faults += self._faults_of_given(form[name], schema["properties"][name], f"form: {name}")
        return faults

    def _faults_of_given(self, given: list[str], schema: dict[str, Any], where: str) -> list[str]:
        """Arrays are repeated parameters (`explode`, the default of a form); everything else is there once."""
        if "array" in _types(schema):
            return self._faults([_typed(one, schema["items"]) for one in given], schema, where)
        if len(given) != 1:
            return [f"{where} is there {len(given)} times"]
        return self._faults(_typed(given[0], schema), schema, where)

    def _faults(self, value: Any, schema: dict[str, Any], where: str) -> list[str]:
        whole = schema | {"components": self._document["components"]}  # where its references point
        checker = Draft202012Validator(whole, format_checker=self._formats)
        return [f"{where}: {error.json_path}: {error.message[:200]}" for error in checker.iter_errors(value)]

    def _unheard_of(self, value: dict[str, Any], schema: dict[str, Any]) -> list[str]:
        schema = self._resolved(schema)
        known = schema.get("properties", {})
        faults = [f"answer: {name} is unheard of" for name in value if name not in known]
        faults += [f"answer: {name} is missing" for name in known if name not in value]
        for name, one in known.items():
            if "array" in _types(one) and "$ref" in one["items"]:
                faults += [fault for row in value.get(name, []) for fault in self._unheard_of(row, one["items"])]
        return faults

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        name = schema.get("$ref", "").rpartition("/")[2]
        return self._document["components"]["schemas"][name] if name else schema


def _as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 writes `nullable: true` where JSON Schema has a type more."""
    if isinstance(node, list):
        return [_as_json_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    done = {name: _as_json_schema(one) for name, one in node.items()}
    if done.get("nullable") is True and isinstance(done.get("type"), str):
        done["type"] = [done["type"], "null"]
        if "enum" in done:
            done["enum"] = [*done["enum"], None]
    return done


def _types(schema: dict[str, Any]) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else kind


def _typed(value: str, schema: dict[str, Any]) -> Any:
    """A form knows only strings; this is what the description reads in them."""
    kinds = _types(schema)
    if "integer" in kinds and re.fullmatch(r"-?[0-9]+", value):
        return int(value)
    if "boolean" in kinds and value in {"true", "false"}:
        return value == "true"
    return value
