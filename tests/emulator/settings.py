"""Settings of the own account: units, privacy, class languages."""

from __future__ import annotations

from typing import Any

from tests.emulator.call import Call
from tests.emulator.errors import invalid

Json = dict[str, Any]

_SYSTEMS = ("imperial", "metric")


def get_settings(call: Call) -> Json:
    call.own_account()
    return call.state.settings


def _problems(current: Json, changes: Json, prefix: str = "") -> Json:
    """Unknown keys and values of another JSON type than the stored one; null in store accepts anything."""
    problems: Json = {}
    for name, value in changes.items():
        known = current.get(name)
        if name not in current:
            problems[prefix + name] = "unknown field"
        elif isinstance(known, dict) and isinstance(value, dict):
            problems |= _problems(known, value, f"{prefix}{name}.")
        elif name.endswith("_unit") and value not in _SYSTEMS:
            problems[prefix + name] = f"one of {', '.join(_SYSTEMS)} is required"
        elif known is not None and type(value) is not type(known):
            problems[prefix + name] = "wrong JSON type"
    return problems


def _merge(current: Json, changes: Json) -> None:
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(current[name], dict):
            _merge(current[name], value)
        else:
            current[name] = value


def update_settings(call: Call) -> Json:
    """Objects are merged, lists replaced; answers all settings. Strictness and answer are guesses."""
    call.own_account()
    changes = call.fields()
    if problems := _problems(call.state.settings, changes):
        raise invalid(problems)
    _merge(call.state.settings, changes)
    return call.state.settings
