"""Which service to talk to, decided once and said in one line."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from secrets import token_hex

from realtime_cli.config.paths import DOTENV_FILE
from realtime_cli.config.settings import Environment, Loaded, ProviderEntry, Settings
from realtime_cli.errors import ConfigError, NotAuthorized
from realtime_cli.protocol import Ability
from realtime_cli.providers.address import host_of, is_loopback, realtime_url
from realtime_cli.providers.builtin import BUILTIN, CUSTOM, LOCAL
from realtime_cli.providers.credentials import credentials_for
from realtime_cli.providers.provider import DialectChoice, Provider, Target


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
    known = known_providers(settings)
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
    if settings.key:
        variables = (settings.key.upper(), f"{settings.key.upper()}_API_KEY")
        named = (p for p in BUILTIN if any(name in variables for name in p.key_vars))
        return _target(next(named, BUILTIN[0]), loaded, why=f"key {settings.key}")
    for provider in BUILTIN:
        variable = key_variable(provider, environment)
        if provider.auto and variable and (not provider.url_var or environment.key(provider.url_var)):
            return _target(provider, loaded, why=f"{variable} is set in the {environment.origin(variable)}")
    if may_fall_back:
        return _target(LOCAL, loaded, why="no API key was found")
    raise NotAuthorized(
        "No API key was found (looked for " + ", ".join(p.key_vars[0] for p in BUILTIN if p.auto) + ")",
        advice="Set OPENAI_API_KEY, or use --provider local for the offline demo.",
    )


def known_providers(settings: Settings) -> dict[str, Provider]:
    """All services by name: built in, from other packages (entry points), and the user's own, which win.

    Raises:
        ConfigError: An entry of the configuration is wrong.
    """
    own = {name: from_entry(name, entry) for name, entry in settings.providers.items()}
    return {p.name: p for p in (*BUILTIN, CUSTOM)} | discovered(settings.provider) | own


def discovered(wanted: str) -> dict[str, Provider]:
    """Services that installed packages add (entry points `realtime_cli.providers`); loaded only when one is wanted.

    Raises:
        ConfigError: The entry point gives no provider.
    """
    if wanted == "auto" or any(p.name == wanted for p in (*BUILTIN, CUSTOM)):
        return {}
    from importlib.metadata import entry_points

    found = {}
    for point in entry_points(group="realtime_cli.providers"):
        provider = point.load()
        if not isinstance(provider, Provider):
            raise ConfigError(f"the entry point {point.name} of realtime_cli.providers gives no Provider")
        found[provider.name] = provider
    return found


def from_entry(name: str, entry: ProviderEntry) -> Provider:
    """A provider from `[providers.NAME]` in TOML.

    Raises:
        ConfigError: An ability that it is said to lack does not exist.
    """
    names = {ability.value: ability for ability in Ability}
    unknown = [one for one in entry.lacks if one not in names]
    if unknown:
        near = get_close_matches(unknown[0], names, n=1)
        raise ConfigError(
            f"providers.{name}: there is no ability {unknown[0]!r}",
            advice=f"Did you mean {near[0]}?" if near else "See `realtime-cli providers --abilities`.",
        )
    return replace(
        CUSTOM,
        name=name,
        title=entry.title or name,
        base_url=entry.url,
        key_vars=(entry.key_var,) if entry.key_var else (),
        key_header=entry.key_header or CUSTOM.key_header,
        key_style="header" if entry.key_header else CUSTOM.key_style,
        dialect=entry.dialect,
        model=entry.model,
        voice=entry.voice,
        transcription_model=entry.transcription_model or CUSTOM.transcription_model,
        input_rate_hz=entry.input_rate_hz,
        context_window_tokens=entry.context_window,
        abilities=CUSTOM.abilities - {names[one] for one in entry.lacks},
    )


def _by_host(url: str) -> Provider | None:
    host = host_of(realtime_url(url, model=""))
    if host.endswith(".openai.azure.com"):
        return next(p for p in BUILTIN if p.name == "azure")
    return next((p for p in BUILTIN if p.auto and p.base_url and host_of(p.base_url) == host), None)


def key_variable(provider: Provider, environment: Environment) -> str:
    """The first variable of the service's that is set, "" for none."""
    return next((name for name in provider.key_vars if environment.key(name)), "")


def _target(provider: Provider, loaded: Loaded, *, why: str) -> Target:
    settings, environment = loaded.settings, loaded.environment
    model = settings.model or provider.model
    voice = settings.voice or provider.voice
    if provider.name == LOCAL.name:
        return Target(provider, "", {}, "ga", model, voice, why)
    base, dialect = _base(provider, settings, environment)
    if not base:
        wanted = f"Set {provider.url_var} or give --url." if provider.url_var else "Give --url."
        raise ConfigError(f"No address is known for {provider.title}", advice=wanted)
    url = realtime_url(base, model=model, model_param=provider.model_param, more=_more(provider))
    if settings.key:
        if not provider.key_vars:
            provider = replace(provider, key_vars=CUSTOM.key_vars)
        environment = environment.with_named_key(settings.key, provider.key_vars[0])
        loaded = replace(loaded, environment=environment)
    variable = provider.key_vars[0] if settings.key else key_variable(provider, environment)
    _check_trust(provider, loaded, url, variable)
    if settings.dialect != "auto":
        dialect = settings.dialect
    credentials = credentials_for(provider, environment, variable, url)
    headers = {**credentials.headers, **dict(provider.fixed_headers), **_own_headers(settings.header)}
    return Target(provider, url, headers, dialect, model, voice, why, credentials.subprotocols, variable)


def _base(provider: Provider, settings: Settings, environment: Environment) -> tuple[str, DialectChoice]:
    """The address as it was written, and the dialect spoken there."""
    url_key = environment.key(provider.url_var) if provider.url_var else None
    base = settings.url or (url_key.reveal() if url_key else provider.base_url)
    version = environment.key(provider.preview_var) if provider.preview_var else None
    if "api-version=" in base and "-preview" in base:
        return base, "beta"
    if version is not None and "preview" in version.reveal() and "/realtime" not in base:
        # Azure's dated preview: another path, the model as a deployment, and beta's language.
        model = settings.model or provider.model
        query = f"api-version={version.reveal()}&deployment={model}"
        return f"{base.rstrip('/').removesuffix('/openai')}/openai/realtime?{query}", "beta"
    return base, provider.dialect


def _more(provider: Provider) -> tuple[tuple[str, str], ...]:
    own = ((provider.session_param, f"realtime-cli-{token_hex(8)}"),) if provider.session_param else ()
    return (*provider.query, *own)


def _own_headers(written: tuple[str, ...]) -> dict[str, str]:
    headers = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ConfigError("--header: expected NAME=VALUE", advice="Example: --header X-Team=voice")
        headers[name.strip()] = value.strip()
    return headers


def _check_trust(provider: Provider, loaded: Loaded, url: str, variable: str) -> None:
    """A file of the current folder (a cloned project, say) must not send a key of the user's to a place of its own."""
    key_is_the_users = bool(variable) and loaded.environment.origin(variable) != DOTENV_FILE
    project_made_the_url = (
        (loaded.settings.url is not None and loaded.from_project("url"))
        or (provider.name in loaded.settings.providers and loaded.from_project("providers"))
        or (bool(provider.url_var) and loaded.environment.origin(provider.url_var) != "environment")
    )
    if not key_is_the_users or loaded.settings.trust_project:
        return
    for name in ("proxy", "ca_file"):
        if loaded.from_project(name):  # with both of them somebody could read along
            raise ConfigError(
                f"A file in this folder sets {name}, and {variable} would travel by it",
                advice="Use --trust-project if that is right, or set it yourself.",
            )
    if not project_made_the_url:
        return
    if is_loopback(host_of(url)):
        return
    raise ConfigError(
        f"A file in this folder wants {variable} to be sent to {host_of(url)}",
        advice="Use --trust-project if that is right, or give --url yourself.",
    )
