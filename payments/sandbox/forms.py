"""Stripe's form encoding: ``line_items[0][price_data][currency]=gbp``."""

import re
from typing import Any
from urllib.parse import parse_qsl

PART = re.compile(r"[^\[\]]+")
FIELDS_MAX = 200


def decode(text: str) -> dict[str, Any]:
    """Return the nested values; keys that are all numbers make a list. Every value is a text."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX):
        *path, last = PART.findall(name)
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        if name.endswith("[]"):
            last = str(len(node.setdefault(last, {})))
            node = node[PART.findall(name)[-1]]
        node[last] = value
    listed: dict[str, Any] = _lists(tree)
    return listed


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    values = {key: _lists(value) for key, value in node.items()}
    if values and all(key.isdigit() for key in values):
        return [values[key] for key in sorted(values, key=int)]
    return values
