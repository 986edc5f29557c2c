"""A provider as data: where a service is, which key it wants, how it speaks and what it can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from realtime_cli.protocol import Ability

DialectChoice: TypeAlias = Literal["auto", "ga", "beta"]
KeyStyle: TypeAlias = Literal["bearer", "basic", "header", "subprotocol"]


@dataclass(frozen=True, slots=True)
class Provider:
    """One service.

    Attributes:
        name: As in `--provider NAME`.
        title: For people.
        base_url: `wss://host/v1` or a full path; "" when it must come from `url_var` or `--url`.
        url_var: Variable that holds the base URL, "" for none.
        key_vars: Variables that may hold the key, first found wins. Empty: the service wants no key.
        key_header: Header that carries the key, for the style "header".
        key_style: "bearer" and "basic": in `Authorization`; "header": bare in `key_header`; "subprotocol": offered
            as `openai-insecure-api-key.KEY`, as browsers do.
        transcription_model: Writes down what the user says; "" leaves it to the server.
        model_param: Query parameter that names the model, "" when the URL has none.
        context_window_tokens: What its default model can hold, 0 when that depends on the model.
        session_limit_s: How long a session lives, for servers that do not tell with `expires_at`; None: unknown.
        input_rate_hz: Of PCM16 sent to it.
        query: Further parameters of the URL.
        fixed_headers: Sent with every handshake.
        session_param: Query parameter that wants a name of our choice for each session, "" for none.
        session_extras: JSON object of fields that only this service wants in every `session.update`.
        intent_url: A transcription session is asked for with `intent=transcription` instead of a model.
        preview_var: Variable whose dated API version selects the URL of Azure's preview.
        secrets_path: Where a short-lived client secret is to be had, "" where there is none.
        auto: Chosen by `--provider auto` when its key (and URL variable, if any) is set.
    """

    name: str
    title: str
    base_url: str
    abilities: frozenset[Ability]
    key_vars: tuple[str, ...] = ()
    url_var: str = ""
    key_header: str = "Authorization"
    dialect: DialectChoice = "auto"
    model: str = ""
    voice: str = ""
    transcription_model: str = ""
    model_param: str = "model"
    auto: bool = True
    context_window_tokens: int = 0
    session_limit_s: float | None = None
    input_rate_hz: int = 24_000
    key_style: KeyStyle = "bearer"
    query: tuple[tuple[str, str], ...] = ()
    fixed_headers: tuple[tuple[str, str], ...] = ()
    session_param: str = ""
    session_extras: str = ""
    intent_url: bool = False
    preview_var: str = ""
    secrets_path: str = ""
    extra_headers: tuple[tuple[str, str], ...] = ()
    """Header -> variable that holds its value; left out when the variable is not set."""


@dataclass(frozen=True, slots=True)
class Target:
    """What to connect to. `headers` hold the key: never print them; `url` has no secret in it.

    `url` is "" for the built-in local server. `why` is one line for the user.
    """

    provider: Provider
    url: str
    headers: dict[str, str] = field(repr=False)
    dialect: DialectChoice
    model: str
    voice: str
    why: str
    subprotocols: tuple[str, ...] = field(default=(), repr=False)
    key_var: str = ""
    """The variable that holds the key, "" when none is sent."""

    @property
    def known_dialect(self) -> Literal["ga", "beta"] | None:
        """None: the first event of the server tells."""
        return None if self.dialect == "auto" else self.dialect
