"""Which service to talk to, decided once and said in one line."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from realtime_cli.config.secret import Secret
from realtime_cli.config.settings import Environment, Loaded, ProviderEntry
from realtime_cli.errors import ConfigError, NotAuthorized
from realtime_cli.providers.address import host_of, is_loopback, realtime_url
from realtime_cli.providers.builtin import BUILTIN, CUSTOM, LOCAL
from realtime_cli.providers.provider import Provider, Target


def choose(loaded: Loaded, *, may_fall_back: bool) -> Target:
    """The service the settings ask for.

    Args:
        loaded: Settings with their origins.
        may_fall_back: Whether the local demo server may stand in when no key is found (`talk` on a terminal may;
            a script must never get the demo responder by accident).

    Raises:
        ConfigError: Unknown name, missing or bad URL, or a project file that sends a key somewhere else.
        NotAuthorized: The service wants a key and none is set.
    """
    settings, environment = loaded.settings, loaded.environment
    known = {p.name: p for p in (*BUILTIN, CUSTOM)} | {
        name: from_entry(name, entry) for name, entry in settings.providers.items()
    }
    if settings.provider != "auto":
        provider = known.get(settings.provider)
        if provider is None:
            near = get_close_matches(settings.provider, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(known))}."
            raise ConfigError(f"There is no provider {settings.provider!r}", advice=hint)
        return _target(provider, loaded, why=f"chosen by {loaded.origins['provider']}")
    if settings.url is not None:
        provider = _by_host(settings.url) or CUSTOM
        return _target(provider, loaded, why=f"URL from {loaded.origins['url']}")
    for provider in BUILTIN:
        variable = _key_variable(provider, environment)
        if provider.auto and variable and (not provider.url_var or environment.key(provider.url_var)):
            return _target(provider, loaded, why=f"{variable} is set in the {environment.origin(variable)}")
    if may_fall_back:
        return _target(LOCAL, loaded, why="no API key was found")
    raise NotAuthorized(
        "No API key was found (looked for " + ", ".join(p.key_vars[0] for p in BUILTIN if p.auto) + ")",
        advice="Set OPENAI_API_KEY, or use --provider local for the offline demo.",
    )


def from_entry(name: str, entry: ProviderEntry) -> Provider:
    """A provider from `[providers.NAME]` in TOML."""
    return replace(
        CUSTOM,
        name=name,
        title=name,
        base_url=entry.url,
        key_vars=(entry.key_var,) if entry.key_var else (),
        dialect=entry.dialect,
        model=entry.model,
        voice=entry.voice,
    )


def _by_host(url: str) -> Provider | None:
    host = host_of(realtime_url(url, model=""))
    if host.endswith(".openai.azure.com"):
        return next(p for p in BUILTIN if p.name == "azure")
    return next((p for p in BUILTIN if p.auto and p.base_url and host_of(p.base_url) == host), None)


def _key_variable(provider: Provider, environment: Environment) -> str:
    return next((name for name in provider.key_vars if environment.key(name)), "")


def _target(provider: Provider, loaded: Loaded, *, why: str) -> Target:
    settings, environment = loaded.settings, loaded.environment
    model = settings.model or provider.model
    voice = settings.voice or provider.voice
    if provider.name == LOCAL.name:
        return Target(provider, "", {}, "ga", model, voice, why)
    url_key = environment.key(provider.url_var) if provider.url_var else None
    base = settings.url or (url_key.reveal() if url_key else provider.base_url)
    if not base:
        wanted = f"Set {provider.url_var} or give --url." if provider.url_var else "Give --url."
        raise ConfigError(f"No address is known for {provider.title}", advice=wanted)
    url = realtime_url(base, model=model, model_param=provider.model_param)
    variable = _key_variable(provider, environment)
    _check_trust(provider, loaded, url, variable)
    dialect = settings.dialect if settings.dialect != "auto" else provider.dialect
    return Target(provider, url, _headers(provider, environment, variable, url), dialect, model, voice, why)


def _headers(provider: Provider, environment: Environment, variable: str, url: str) -> dict[str, str]:
    key: Secret | None = environment.key(variable) if variable else None
    headers: dict[str, str] = {}
    if key is not None:
        is_bearer = provider.key_header == "Authorization"
        headers[provider.key_header] = f"Bearer {key.reveal()}" if is_bearer else key.reveal()
    elif provider.key_vars and provider.name != CUSTOM.name and not is_loopback(host_of(url)):
        raise NotAuthorized(
            f"No key for {provider.title} was found (looked for {', '.join(provider.key_vars)} in the environment "
            "and in .env)",
            advice=f"Set {provider.key_vars[0]}, or use --provider local for the offline demo.",
        )
    for header, name in provider.extra_headers:
        if value := environment.values.get(name):
            headers[header] = value
    return headers


def _check_trust(provider: Provider, loaded: Loaded, url: str, variable: str) -> None:
    """A file of the current folder (a cloned project, say) must not send a key of the user's to a place of its own."""
    key_is_the_users = bool(variable) and loaded.environment.origin(variable) == "environment"
    project_made_the_url = (
        (loaded.settings.url is not None and loaded.from_project("url"))
        or (provider.name in loaded.settings.providers and loaded.from_project("providers"))
        or (bool(provider.url_var) and loaded.environment.origin(provider.url_var) != "environment")
    )
    if not (key_is_the_users and project_made_the_url) or loaded.settings.trust_project:
        return
    if is_loopback(host_of(url)):
        return
    raise ConfigError(
        f"A file in this folder wants {variable} to be sent to {host_of(url)}",
        advice="Use --trust-project if that is right, or give --url yourself.",
    )
