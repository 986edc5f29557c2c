"""Settings in beta's flat shape and in GA's nested one, as plain JSON values. One table says where each field lives.

Nothing here raises: values of a wrong kind pass through and are judged later by whoever reads them.
"""

from typing import Any, TypeAlias

Plain: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[str, ...]

FLAT_PATHS: dict[str, Path] = {
    "modalities": ("output_modalities",),
    "voice": ("audio", "output", "voice"),
    "speed": ("audio", "output", "speed"),
    "output_audio_format": ("audio", "output", "format"),
    "input_audio_format": ("audio", "input", "format"),
    "input_audio_transcription": ("audio", "input", "transcription"),
    "input_audio_noise_reduction": ("audio", "input", "noise_reduction"),
    "turn_detection": ("audio", "input", "turn_detection"),
    "max_response_output_tokens": ("max_output_tokens",),
}
"""Beta's flat name of a setting -> where GA has it."""

_FORMATS = {"pcm16": "audio/pcm", "g711_ulaw": "audio/pcmu", "g711_alaw": "audio/pcma"}
_FLAT_FORMATS = {nested: flat for flat, nested in _FORMATS.items()}
_BETA_PCM_RATE_HZ = 24000

_BETA_KNOWS = {
    "input_audio_transcription": frozenset({"model", "language", "prompt"}),
    "input_audio_noise_reduction": frozenset({"type"}),
    "turn_detection": frozenset(
        {
            "type",
            "threshold",
            "prefix_padding_ms",
            "silence_duration_ms",
            "eagerness",
            "create_response",
            "interrupt_response",
        }
    ),
}


def nested(settings: Plain) -> Plain:
    """Settings with every flat field moved to its GA place; a field that is in its GA place already wins.

    Takes mixtures too (xAI nests `audio` and keeps `voice` and `turn_detection` flat).
    """
    result = {key: value for key, value in settings.items() if key not in FLAT_PATHS}
    for flat, path in FLAT_PATHS.items():
        if flat in settings:
            _put(result, path, _nested_value(flat, settings[flat]))
    return result


def flat(settings: Plain, allowed: frozenset[str]) -> Plain:
    """Settings in beta's shape, with only the fields of `allowed` (beta names)."""
    result: Plain = {}
    homes = {path[0] for path in FLAT_PATHS.values()}
    for key, value in settings.items():
        if key in allowed and key not in homes:
            result[key] = value
    for name, path in FLAT_PATHS.items():
        found, value = _get(settings, path)
        if found and name in allowed:
            result[name] = _flat_value(name, value)
    return result | _flat_tools(result)


def flat_param(param: str, prefix: str) -> str:
    """Beta's name of a parameter, given GA's: `session.audio.output.voice` is `session.voice` there.

    Args:
        param: Dotted GA path.
        prefix: Where the settings are: `session` or `response`.
    """
    for name, path in FLAT_PATHS.items():
        home = ".".join((prefix, *path))
        if param == home or param.startswith((f"{home}.", f"{home}[")):
            return f"{prefix}.{name}{param[len(home) :]}"
    return param


def _nested_value(name: str, value: Any) -> Any:
    if name == "modalities" and isinstance(value, list):
        # GA never says both: audio comes with its transcript.
        return ["audio"] if "audio" in value else value
    if name.endswith("_audio_format") and isinstance(value, str):
        if value == "pcm16":
            return {"type": "audio/pcm", "rate": _BETA_PCM_RATE_HZ}
        return {"type": _FORMATS.get(value, value)}
    return value


def _flat_value(name: str, value: Any) -> Any:
    if name == "modalities":
        # Beta servers refuse audio alone.
        return ["text", "audio"] if "audio" in value else value
    if name.endswith("_audio_format"):
        return _FLAT_FORMATS.get(value["type"], value["type"])
    if name == "voice" and isinstance(value, dict):
        return value["id"]
    if name in _BETA_KNOWS and isinstance(value, dict):
        return {key: item for key, item in value.items() if key in _BETA_KNOWS[name]}
    return value


def _flat_tools(settings: Plain) -> Plain:
    changes: Plain = {}
    if "tools" in settings:
        changes["tools"] = [tool for tool in settings["tools"] if tool["type"] == "function"]
    if isinstance(settings.get("tool_choice"), dict):
        # Beta's type has words only; "required" is the nearest to naming one function.
        changes["tool_choice"] = "required"
    return changes


def _put(settings: Plain, path: Path, value: Any) -> None:
    *way, last = path
    for key in way:
        deeper = settings.get(key, {})
        if not isinstance(deeper, dict):
            return
        copy = dict(deeper)
        settings[key] = copy
        settings = copy
    settings.setdefault(last, value)


def _get(settings: Plain, path: Path) -> tuple[bool, Any]:
    *way, last = path
    for key in way:
        deeper = settings.get(key)
        if not isinstance(deeper, dict):
            return False, None
        settings = deeper
    return last in settings, settings.get(last)
