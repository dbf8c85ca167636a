"""Writes the JSON schema of workflow files from the types of specs and what their fields mean.

python docs/specschema.py
"""

import re
from pathlib import Path
from typing import Any

import msgspec
from glossary import meaning

from jupyter_colonies.core.quantity import CPU_PATTERN, MEMORY_PATTERN
from jupyter_colonies.core.spec import PRIORITY_LIMIT, Conditions, FunctionSpec, WorkflowSpec

WRITTEN = Path(__file__).parents[1] / "labextension/src/workflowfile/workflow.schema.json"
PLACE = "#/$defs/"

RULES: dict[str, dict[str, Any]] = {
    "FunctionSpec.priority": {"minimum": -PRIORITY_LIMIT, "maximum": PRIORITY_LIMIT},
    "Conditions.cpu": {"pattern": CPU_PATTERN},
    "Conditions.mem": {"pattern": MEMORY_PATTERN},
    "Conditions.storage": {"pattern": MEMORY_PATTERN},
    "Gpu.mem": {"pattern": MEMORY_PATTERN},
}
"""What the server refuses although the type is right."""

EXAMPLES: dict[str, list[Any]] = {
    "Conditions.cpu": ["500m", "1000m", "4000m"],
    "Conditions.mem": ["512Mi", "2Gi", "10Gi"],
    "Conditions.storage": ["1Gi", "10Gi"],
    "Gpu.mem": ["8Gi", "24Gi"],
    "FunctionSpec.maxexectime": [60, 600, 3600],
    "FunctionSpec.maxretries": [0, 3],
}
"""What completion offers."""

FORMS = {
    "FunctionSpec": "one process",
    "WorkflowSpec": "a workflow, and the colony it was written for",
}


def schema() -> dict[str, Any]:
    """The schema: a list of function specs, the same within an object, or one function spec."""
    _, parts = msgspec.json.schema_components(
        [WorkflowSpec, FunctionSpec, Conditions], ref_template=PLACE + "{name}"
    )
    kinds = {name: _described(name, part) for name, part in sorted(parts.items())}
    kinds["WorkflowSpec"]["required"] = ["functionspecs"]
    kinds["FunctionSpec"]["required"] = ["funcname"]
    nodes = {"type": "array", "minItems": 1, "items": {"$ref": PLACE + "FunctionSpec"}}
    kinds["WorkflowSpec"]["properties"]["functionspecs"] |= nodes
    kinds["WorkflowSpec"]["properties"]["functionspecs"].pop("anyOf", None)
    forms = [{"$ref": PLACE + name, "description": said} for name, said in FORMS.items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Colonies workflow",
        "description": "Function specs that form a DAG: *.colony.json, *.colony.yaml.",
        "anyOf": [{**nodes, "description": "a workflow"}, *forms],
        "$defs": kinds,
    }


def text() -> str:
    """The schema as it is committed."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=1).decode() + "\n"


def _described(kind: str, part: dict[str, Any]) -> dict[str, Any]:
    """An object's schema: without defaults, with meanings, and closed, as the REST API is."""
    properties = {}
    for name, field in part["properties"].items():
        kept = {key: value for key, value in field.items() if key not in ("default", "title")}
        if kept.get("type") == "integer":
            kept = {"type": "integer"}
        rules = RULES.get(f"{kind}.{name}", {})
        examples = EXAMPLES.get(f"{kind}.{name}")
        said = {"description": meaning(kind, name)} | ({"examples": examples} if examples else {})
        properties[name] = kept | rules | said
    words = re.sub(r"\s+", " ", part.get("description", ""))
    return {
        "type": "object",
        "description": words,
        "properties": properties,
        "required": [],
        "additionalProperties": False,
    }


if __name__ == "__main__":
    WRITTEN.write_text(text(), encoding="utf-8")
