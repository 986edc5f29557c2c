"""The services this program knows, in the order in which `--provider auto` looks for their keys.

Sources: the providers' own documents and clients, as collected in the protocol notes; a service that wants another
sample rate or envelope than PCM16 at 24 kHz is not listed before the audio path can give it.
"""

from __future__ import annotations

from realtime_cli.protocol import Ability
from realtime_cli.protocol.abilities import ALL
from realtime_cli.providers.provider import Provider

MODEL = "gpt-realtime-2.1"
VOICE = "marin"

LOCAL = Provider(
    name="local",
    title="built-in local server",
    base_url="",
    abilities=ALL - {Ability.IMAGES, Ability.NOISE_REDUCTION, Ability.REASONING},
    dialect="ga",
    model="local-rules",
    voice=VOICE,
    transcription_model="pocketsphinx",
    model_param="",
    auto=False,
)

OPENAI = Provider(
    name="openai",
    title="OpenAI",
    base_url="wss://api.openai.com/v1",
    key_vars=("OPENAI_API_KEY",),
    abilities=ALL,
    dialect="ga",
    model=MODEL,
    voice=VOICE,
    transcription_model="gpt-4o-mini-transcribe",
    extra_headers=(("OpenAI-Organization", "OPENAI_ORG_ID"), ("OpenAI-Project", "OPENAI_PROJECT_ID")),
)

AZURE = Provider(
    name="azure",
    title="Azure OpenAI",
    base_url="",
    url_var="AZURE_OPENAI_ENDPOINT",
    key_vars=("AZURE_OPENAI_API_KEY",),
    key_header="api-key",
    abilities=ALL,
    model=MODEL,
    voice=VOICE,
)

XAI = Provider(
    name="xai",
    title="xAI Grok",
    base_url="wss://api.x.ai/v1",
    key_vars=("XAI_API_KEY",),
    abilities=ALL
    - {
        Ability.TRUNCATE,
        Ability.USAGE,
        Ability.IMAGES,
        Ability.SEMANTIC_VAD,
        Ability.NOISE_REDUCTION,
        Ability.REASONING,
        Ability.IDLE_TIMEOUT,
    },
    model="grok-voice-latest",
    voice="ara",
)

ELEVENLABS = Provider(
    name="elevenlabs",
    title="ElevenLabs",
    base_url="wss://api.elevenlabs.io/v1/convai/realtime",
    key_vars=("ELEVENLABS_API_KEY",),
    abilities=ALL - {Ability.IMAGES, Ability.REASONING},
    dialect="ga",
    model="eleven_realtime_v1_mini",
)

STEPFUN = Provider(
    name="stepfun",
    title="StepFun",
    base_url="wss://api.stepfun.com/v1",
    key_vars=("STEPFUN_API_KEY",),
    abilities=ALL - {Ability.IMAGES, Ability.REASONING, Ability.NOISE_REDUCTION, Ability.SEMANTIC_VAD},
    dialect="beta",
    model="step-audio-2",
)

SPEACHES = Provider(
    name="speaches",
    title="speaches (self-hosted)",
    base_url="ws://127.0.0.1:8000/v1",
    key_vars=("SPEACHES_API_KEY",),
    abilities=ALL
    - {
        Ability.TRUNCATE,
        Ability.CANCEL,
        Ability.OUT_OF_BAND,
        Ability.ITEM_RETRIEVE,
        Ability.IMAGES,
        Ability.SEMANTIC_VAD,
        Ability.REASONING,
        Ability.NOISE_REDUCTION,
    },
    dialect="beta",
    auto=False,
)

LOCALAI = Provider(
    name="localai",
    title="LocalAI (self-hosted)",
    base_url="ws://127.0.0.1:8080/v1",
    key_vars=("LOCALAI_API_KEY",),
    abilities=ALL - {Ability.OUT_OF_BAND, Ability.IMAGES, Ability.REASONING, Ability.NOISE_REDUCTION},
    dialect="ga",
    auto=False,
)

SPEECH_TO_SPEECH = Provider(
    name="s2s",
    title="Hugging Face speech-to-speech (self-hosted)",
    base_url="ws://127.0.0.1:8765/v1",
    abilities=ALL
    - {
        Ability.TRUNCATE,
        Ability.USAGE,
        Ability.ITEM_RETRIEVE,
        Ability.ITEM_DELETE,
        Ability.IMAGES,
        Ability.REASONING,
        Ability.NOISE_REDUCTION,
    },
    dialect="ga",
    auto=False,
)

CUSTOM = Provider(
    name="custom",
    title="the given URL",
    base_url="",
    key_vars=("REALTIME_CLI_API_KEY",),
    transcription_model="whisper-1",  # the name that compatible servers know best
    abilities=ALL - {Ability.IMAGES, Ability.REASONING, Ability.NOISE_REDUCTION},
    auto=False,
)

BUILTIN: tuple[Provider, ...] = (
    OPENAI,
    AZURE,
    XAI,
    ELEVENLABS,
    STEPFUN,
    SPEACHES,
    LOCALAI,
    SPEECH_TO_SPEECH,
    LOCAL,
)
