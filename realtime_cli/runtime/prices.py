"""What tokens cost: from a maintained price list (genai-prices), and from the user's own table where there is one.

Importing the list takes about 0.2 s: it is done when somebody asks for a price, never at the start.
Every amount made from these rates is an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from realtime_cli.errors import ConfigError
from realtime_cli.session.rates import Rates

_MILLION: Final = 1_000_000
_HOUR_S: Final = 3600

_PER_MILLION: Final = (
    "input_text",
    "input_audio",
    "input_image",
    "cached_text",
    "cached_audio",
    "cached_image",
    "output_text",
    "output_audio",
    "transcription_input",
    "transcription_output",
)
"""Keys of `[prices."MODEL"]`: US dollars for a million tokens; besides them `transcription_minute` and `as_of`."""

_LIST_NAMES: Final = {
    "input_text": ("input_mtok",),
    "input_audio": ("input_audio_mtok", "input_mtok"),
    "input_image": ("input_image_mtok", "input_mtok"),
    "cached_text": ("cache_read_mtok", "input_mtok"),
    "cached_audio": ("cache_audio_read_mtok", "input_audio_mtok", "input_mtok"),
    "cached_image": ("cache_image_read_mtok", "input_image_mtok", "input_mtok"),
    "output_text": ("output_mtok",),
    "output_audio": ("output_audio_mtok", "output_mtok"),
}


def rates(
    provider: str,
    model: str,
    overrides: Mapping[str, Mapping[str, float | str]],
    at: datetime | None = None,
    transcription_model: str = "",
) -> Rates | None:
    """The rates of a model, None where nobody knows them.

    Args:
        provider: As in `--provider`.
        overrides: `[prices."MODEL"]` of the user.
        at: When the tokens were used; prices change.
        transcription_model: Writes down the user's words, billed apart.

    Raises:
        ConfigError: The user's table is wrong.
    """
    if provider == "local":
        return Rates(source="the built-in server is free")
    own = overrides.get(model)
    found = _own(model, own) if own is not None else _listed(provider, model, at)
    if found is None:
        return None
    spelled = overrides.get(transcription_model)
    if spelled is not None:
        return _with_transcription(found, _own(transcription_model, spelled))
    if transcription_model and (listed := _listed(provider, transcription_model, at)) is not None:
        return _with_transcription(found, listed)
    return found


def _with_transcription(main: Rates, other: Rates) -> Rates:
    from msgspec.structs import replace

    return replace(
        main,
        transcription_second=other.transcription_second,
        transcription_input=other.transcription_input or other.input_audio,
        transcription_output=other.transcription_output or other.output_text,
    )


def _own(model: str, table: Mapping[str, float | str]) -> Rates:
    """The user's own prices; a cached token without a price of its own costs what any other does."""
    values: dict[str, float] = {}
    for key, value in table.items():
        if key == "as_of":
            continue
        if key not in (*_PER_MILLION, "transcription_minute") or not isinstance(value, int | float):
            raise ConfigError(
                f'prices."{model}".{key}: expected a number for one of {", ".join(_PER_MILLION)}',
                advice="US dollars for a million tokens.",
            )
        values[key] = float(value)
    per_token = {key: values.get(key, 0.0) / _MILLION for key in _PER_MILLION}
    for kind in ("text", "audio", "image"):
        if f"cached_{kind}" not in values:
            per_token[f"cached_{kind}"] = per_token[f"input_{kind}"]
    as_of = str(table.get("as_of", "")).strip()
    return Rates(
        **per_token,
        transcription_second=values.get("transcription_minute", 0.0) / 60,
        source="your own prices" + (f", {as_of}" if as_of else ""),
    )


def _listed(provider: str, model: str, at: datetime | None) -> Rates | None:
    """The list's prices. Azure sells OpenAI's models; anything else is looked for under its own name first."""
    import genai_prices

    for place in dict.fromkeys((_place(provider), None)):
        try:
            priced = genai_prices.calc_price(
                genai_prices.Usage(), model_ref=model, provider_id=place, genai_request_timestamp=at
            )
        except LookupError:
            continue
        return _from_list(priced.model_price, "genai-prices", _version())
    return None


def _place(provider: str) -> str | None:
    return {"openai": "openai", "azure": "azure", "xai": "x-ai"}.get(provider)


def _version() -> str:
    from importlib.metadata import version

    return version("genai-prices")


def _from_list(price: Any, name: str, version: str) -> Rates:
    def first(keys: tuple[str, ...]) -> float:
        for key in keys:
            value = getattr(price, key, None)
            if value is not None:
                return _plain(value) / _MILLION
        return 0.0

    hourly = next(
        (v for key in ("input_audio_hours", "audio_hours") if (v := getattr(price, key, None)) is not None),
        None,
    )
    return Rates(
        **{key: first(names) for key, names in _LIST_NAMES.items()},
        transcription_second=_plain(hourly) / _HOUR_S if hourly is not None else 0.0,
        source=f"{name} {version}",
    )


def _plain(value: Any) -> float:
    """A price may have steps for long prompts: the first one is meant."""
    base = getattr(value, "base", value)
    return float(base) if isinstance(base, int | float | Decimal) else 0.0
