"""The built-in local server as the settings want it: its engines, its behaviour, what the user should know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from realtime_cli.config.settings import Environment, Loaded, Settings
from realtime_cli.errors import ConfigError

if TYPE_CHECKING:
    from realtime_cli.server.engines.contract import Engines
    from realtime_cli.server.engines.endpoint import Endpoint
    from realtime_cli.server.options import ServerOptions

_ADDRESSES = ("llm", "stt_url", "tts_url")
_FILES = ("stt_model", "tts_model")


def engines_of(loaded: Loaded) -> Engines:
    """The local server's engines as the settings choose them; nothing is started.

    Raises:
        ConfigError: There is no such engine, it is not installed, or a file of the current folder chose an address.
    """
    from realtime_cli.server.engines.catalog import EngineChoice, assemble

    _check_trust(loaded)
    settings, environment = loaded.settings, loaded.environment
    # The names are free text here; `assemble` refuses the ones it does not know.
    choice = EngineChoice(
        ears=cast("Any", settings.stt_engine),
        mouth=cast("Any", settings.tts_engine),
        brain=cast("Any", settings.brain),
        vad=cast("Any", settings.vad_engine),
        llm=_endpoint(environment, settings.llm, settings.llm_model, "REALTIME_CLI_LLM_KEY"),
        stt=_endpoint(environment, settings.stt_url, settings.stt_model, "REALTIME_CLI_STT_KEY"),
        tts=_endpoint(environment, settings.tts_url, settings.tts_model, "REALTIME_CLI_TTS_KEY"),
        stt_model=settings.stt_model or "",
        tts_model=settings.tts_model or "",
        tts_voice=settings.tts_voice or "",
        language=_accent(settings.language),
    )
    return assemble(choice)


def behaviour_of(settings: Settings, engines: Engines) -> ServerOptions:
    """What sessions are told about model, instructions and languages."""
    from realtime_cli.server.engines.rules_brain import RulesBrain
    from realtime_cli.server.options import ServerOptions

    languages = tuple(engines.ears.languages)
    if engines.brain.name == "llm":
        model = settings.llm_model or "llm"
        return ServerOptions(model=model, instructions=ASSISTANT, languages=languages)
    model = "local-rules" if isinstance(engines.brain, RulesBrain) else f"local-{engines.brain.name}"
    return ServerOptions(model=model, languages=languages)


ASSISTANT = "You are a helpful voice assistant. Be brief and friendly."


def offer(settings: Settings) -> str | None:
    """A line about a language model that runs here and is not used, None when there is none."""
    if settings.llm or settings.brain not in ("auto", "rules"):
        return None
    from realtime_cli.server.engines.ollama import offer as ollama_offer

    return ollama_offer()


def _endpoint(environment: Environment, url: str | None, model: str | None, key_var: str) -> Endpoint | None:
    if not url:
        return None
    from realtime_cli.server.engines.endpoint import endpoint

    key = environment.key(key_var)
    if key is None and urlsplit(url).hostname == "api.openai.com" and urlsplit(url).scheme == "https":
        key = environment.key("OPENAI_API_KEY")
    return endpoint(url, model or "", key.reveal() if key else "")


def _accent(language: str | None) -> str:
    """The language for the mouth; English has its accents in the voices."""
    language = (language or "").lower()
    if not language or language == "en" or not language.replace("-", "").isalnum():
        return ""
    return language


def _check_trust(loaded: Loaded) -> None:
    """A file of the current folder may be somebody else's: it does not choose who reads the user's words."""
    if loaded.settings.trust_project and not loaded.from_project("trust_project"):
        return
    for name in (*_ADDRESSES, *_FILES):
        if getattr(loaded.settings, name) and loaded.from_project(name):
            raise ConfigError(
                f"{loaded.origins[name]} in this folder sets {name}",
                advice="Read the file; if it is yours, add --trust-project.",
            )
