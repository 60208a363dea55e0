"""Writes the mini-program's API client from the committed contract: one typed function for each citizen and field endpoint."""

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "tests" / "contracts" / "openapi.json"
CLIENT = ROOT / "miniprogram" / "src" / "api" / "client.ts"
PREFIX = "/api/v1"
DOORS = ("/citizen/", "/field/")
HEAD = """/** The API's citizen and field endpoints, made from the committed contract by `make client`. Do not edit. */
import { call, type Asked } from "./http";
"""


def client(contract: dict[str, Any]) -> str:
    """The whole file, the same bytes for the same contract."""
    schemas = contract.get("components", {}).get("schemas", {})
    functions, wanted = [], set()
    for path in sorted(contract["paths"]):
        short = path.removeprefix(PREFIX)
        if not short.startswith(DOORS):
            continue
        for method, operation in sorted(contract["paths"][path].items()):
            body = operation.get("requestBody", {}).get("content", {})
            if "multipart/form-data" in body:
                continue  # photos go through `upload` in http.ts
            answer, sent = _answer(operation), body.get("application/json", {}).get("schema")
            wanted |= _names(answer) | _names(sent)
            functions.append(_function(method, short, operation, answer, sent))
    return HEAD + "".join(_interface(name, schemas[name]) for name in _reached(wanted, schemas)) + "".join(functions)


def _function(method: str, path: str, operation: dict[str, Any], answer: Any, sent: Any) -> str:
    words = [part for part in path.strip("/").split("/") if not part.startswith("{")]
    name = method + "".join(word[:1].upper() + word[1:] for part in words for word in re.split(r"[-_]", part))
    if path.endswith("}"):
        name += "One"
    arguments = [_camel(found) for found in re.findall(r"\{(\w+)\}", path)]
    filled = re.sub(r"\{(\w+)\}", lambda match: "${" + _camel(match[1]) + "}", path)
    quote = "`" if arguments else '"'
    query = [item for item in operation.get("parameters", []) if item["in"] == "query"]
    parts = []
    if query:
        fields = "; ".join(
            f"{item['name']}{'' if item.get('required') else '?'}: {_type(item.get('schema', {}))}" for item in query
        )
        parts.append(f"query?: {{ {fields} }}")
    if sent:
        parts.append(f"body: {_type(sent)}")
    if method != "get":
        parts.append("key?: string")
    optional = "" if sent else " = {}"
    asked = [f"asked: {{ {'; '.join(parts)} }}{optional}"] if parts else []
    given = ", asked as Asked" if parts else ""
    inside = ", ".join([*(f"{argument}: string" for argument in arguments), *asked])
    return (
        f"\nexport const {name} = ({inside}) =>\n"
        f'  call<{_type(answer) if answer else "unknown"}>("{method.upper()}", {quote}{filled}{quote}{given});\n'
    )


def _answer(operation: dict[str, Any]) -> Any:
    for code in sorted(operation.get("responses", {})):
        if code.startswith("2"):
            found = operation["responses"][code].get("content", {}).get("application/json", {}).get("schema")
            if found:
                return found
    return None


def _interface(name: str, schema: dict[str, Any]) -> str:
    if "properties" not in schema:
        return f"\nexport type {name} = {_type(schema)};\n"
    required = set(schema.get("required", []))
    lines = "".join(
        f"  {_key(field)}{'' if field in required else '?'}: {_type(inner)};\n"
        for field, inner in schema["properties"].items()
    )
    return f"\nexport interface {name} {{\n{lines}}}\n"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " | ".join(dict.fromkeys(_type(part) for part in schema[union]))
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    kind = schema.get("type")
    if kind == "array":
        inner = _type(schema.get("items", {}))
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if kind == "object":
        inner = schema.get("additionalProperties")
        if "properties" in schema:
            return "{ " + "; ".join(f"{_key(k)}?: {_type(v)}" for k, v in schema["properties"].items()) + " }"
        return f"Record<string, {_type(inner) if isinstance(inner, dict) and inner else 'unknown'}>"
    known = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
    return known.get(str(kind), "unknown")


def _names(schema: Any) -> set[str]:
    """Names of the shapes that a schema points at."""
    return {match.rpartition("/")[2] for match in re.findall(r'"\$ref": "([^"]+)"', json.dumps(schema))}


def _reached(wanted: set[str], schemas: dict[str, Any]) -> list[str]:
    todo, seen = set(wanted), set()
    while todo:
        name = todo.pop()
        seen.add(name)
        todo |= _names(schemas[name]) - seen
    return sorted(seen)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else json.dumps(name, ensure_ascii=False)


if __name__ == "__main__":
    CLIENT.write_text(client(json.loads(CONTRACT.read_text(encoding="utf-8"))), encoding="utf-8")
