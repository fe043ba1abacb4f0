"""Checks a value against a TypedDict of the Stripe SDK, more strictly than a type checker would.

The SDK's types are generated from Stripe's OpenAPI description, but its enumerations are open (``Literal[...] | str``):
here a literal is closed. Unknown keys are refused, required keys must be there, ``bool`` is no ``int``.
"""

import sys
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, ForwardRef, Literal, NotRequired, Required, Union, get_args, get_origin

from typing_extensions import is_typeddict

OPTIONS = {
    "api_key",
    "stripe_version",
    "stripe_account",
    "stripe_context",
    "max_network_retries",
    "idempotency_key",
    "content_type",
    "headers",
}


def problems(value: Any, expected: Any, *, module: str = "", path: str = "") -> list[str]:
    """Return a sentence for everything in the value that the expected type does not allow; empty when it fits."""
    expected = resolve(expected, module)
    origin, arguments = get_origin(expected), get_args(expected)
    if is_typeddict(expected):
        return _dict_problems(value, expected, path)
    if origin in {NotRequired, Required}:
        return problems(value, arguments[0], module=module, path=path)
    if origin in {Union, UnionType}:
        return _union_problems(value, [resolve(argument, module) for argument in arguments], module, path)
    if origin is Literal:
        return [] if value in arguments and type(value) is not bool else [f"{path}: {value!r} is none of {arguments}"]
    if origin is list:
        return _each(value, arguments[0], module, path)
    if origin is dict:
        return _mapping_problems(value, arguments[1], module, path)
    return _plain_problems(value, expected, path)


def resolve(expected: Any, module: str) -> Any:
    """Return the type behind a name written as text."""
    if isinstance(expected, ForwardRef):
        expected = expected.__forward_arg__
    if not isinstance(expected, str):
        return expected
    return eval(expected, dict(vars(sys.modules[module])))  # the SDK's own annotations


def _dict_problems(value: Any, expected: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no object"]
    module = expected.__module__
    fields = {name: kind for name, kind in annotations(expected).items() if name not in OPTIONS}
    found = [f"{path}.{name}: is not known" for name in value if name not in fields]
    for name, kind in fields.items():
        if name in value:
            found += problems(value[name], kind, module=module, path=f"{path}.{name}")
        elif get_origin(resolve(kind, module)) is not NotRequired:
            found.append(f"{path}.{name}: is missing")
    return found


def annotations(expected: Any) -> dict[str, Any]:
    """Return the fields of a TypedDict with their markers, its bases included."""
    return dict(expected.__annotations__)


def _union_problems(value: Any, choices: list[Any], module: str, path: str) -> list[str]:
    """Fit one of the choices; beside a literal, a bare ``str`` is left out, which closes the enumeration."""
    has_literal = any(get_origin(choice) is Literal and get_args(choice) != ("",) for choice in choices)
    if has_literal:
        choices = [choice for choice in choices if choice is not str]
    answers = [problems(value, choice, module=module, path=path) for choice in choices]
    return [] if any(answer == [] for answer in answers) else min(answers, key=len)


def _each(value: Any, item: Any, module: str, path: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{path}: {value!r} is no list"]
    return [
        sentence
        for index, part in enumerate(value)
        for sentence in problems(part, item, module=module, path=f"{path}[{index}]")
    ]


def _mapping_problems(value: Any, item: Any, module: str, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no object"]
    return [
        sentence
        for key, part in value.items()
        for sentence in problems(part, item, module=module, path=f"{path}.{key}")
    ]


def _plain_problems(value: Any, expected: Any, path: str) -> list[str]:
    if expected is None or expected is NoneType:
        return [] if value is None else [f"{path}: {value!r} is not empty"]
    if expected is Any:
        return []
    if expected not in {int, str, bool, Decimal, float}:
        return [f"{path}: {value!r} does not fit {expected}"]
    return [] if type(value) is expected else [f"{path}: {value!r} is no {expected.__name__}"]
