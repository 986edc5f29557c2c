"""The services this program knows, in the order in which `--provider auto` looks for their keys.

Data only: where a service is, which key it wants, how it spells, what it can do. Sources: the providers' own
documents and clients. A service that is not here works with `--url` or `[providers.NAME]` in the configuration.
"""

from __future__ import annotations

from realtime_cli.protocol import Ability
from realtime_cli.protocol.abilities import ALL
from realtime_cli.providers.provider import Provider

MODEL = "gpt-realtime-2.1"
VOICE = "marin"

_OPENAI_ONLY = frozenset(
    {Ability.TRACING, Ability.MCP, Ability.REASONING, Ability.PARALLEL_TOOL_CALLS, Ability.INCLUDE}
)
_GA_ONLY = _OPENAI_ONLY | {Ability.IMAGES, Ability.IDLE_TIMEOUT, Ability.TRUNCATION_STRATEGY, Ability.SPEED}
_OPENAI_SOUND = frozenset({Ability.SEMANTIC_VAD, Ability.NOISE_REDUCTION})
_COMMON = ALL - _GA_ONLY - _OPENAI_SOUND
"""What a service can do that took over the beta's core; what it lacks besides is named with it."""

LOCAL = Provider(
    name="local",
    title="built-in local server",
    base_url="",
    abilities=ALL
    - {Ability.IMAGES, Ability.MCP, Ability.REASONING, Ability.NOISE_REDUCTION, Ability.INCLUDE},
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
    session_limit_s=3600.0,
    base_url="wss://api.openai.com/v1",
    key_vars=("OPENAI_API_KEY",),
    abilities=ALL,
    dialect="ga",
    model=MODEL,
    voice=VOICE,
    transcription_model="gpt-4o-mini-transcribe",
    extra_headers=(("OpenAI-Organization", "OPENAI_ORG_ID"), ("OpenAI-Project", "OPENAI_PROJECT_ID")),
    intent_url=True,
    secrets_path="/v1/realtime/client_secrets",
)

AZURE = Provider(
    name="azure",
    title="Azure OpenAI",
    session_limit_s=1800.0,
    base_url="",
    url_var="AZURE_OPENAI_ENDPOINT",
    key_vars=("AZURE_OPENAI_API_KEY",),
    key_header="api-key",
    key_style="header",
    abilities=ALL - {Ability.TRACING},
    model=MODEL,
    voice=VOICE,
    preview_var="OPENAI_API_VERSION",
    secrets_path="/openai/v1/realtime/client_secrets",
)

XAI = Provider(
    name="xai",
    title="xAI Grok",
    base_url="wss://api.x.ai/v1",
    key_vars=("XAI_API_KEY",),
    abilities=_COMMON
    - {
        Ability.TRUNCATE,
        Ability.USAGE,
        Ability.NESTED_SETTINGS,
        Ability.CREATE_RESPONSE_SWITCH,
        Ability.TRANSCRIPTION_SESSIONS,
    },
    dialect="ga",
    model="grok-voice-latest",
    voice="eve",
)

QWEN = Provider(
    name="qwen",
    title="Qwen-Omni (Alibaba Model Studio)",
    base_url="wss://dashscope-intl.aliyuncs.com/api-ws/v1/realtime",
    key_vars=("DASHSCOPE_API_KEY",),
    url_var="DASHSCOPE_REALTIME_URL",
    abilities=_COMMON
    - {Ability.TRUNCATE, Ability.OUT_OF_BAND, Ability.FLAT_TOOLS, Ability.TRANSCRIPTION_SESSIONS},
    dialect="beta",
    model="qwen3.5-omni-plus-realtime",
    voice="Tina",
    input_rate_hz=16_000,
)

GLM = Provider(
    name="glm",
    title="Zhipu GLM-Realtime",
    base_url="wss://open.bigmodel.cn/api/paas/v4/realtime",
    key_vars=("ZHIPUAI_API_KEY",),
    abilities=_COMMON
    - {
        Ability.TRUNCATE,
        Ability.ITEM_RETRIEVE,
        Ability.ITEM_DELETE,
        Ability.USAGE,
        Ability.OUT_OF_BAND,
        Ability.BARE_APPENDS,
        Ability.TEXT_OUTPUT,
        Ability.CREATE_RESPONSE_SWITCH,
        Ability.TRANSCRIPTION_SESSIONS,
    },
    dialect="beta",
    model="glm-realtime-flash",
    voice="tongtong",
    session_extras='{"beta_fields": {"chat_mode": "audio", "tts_source": "e2e", "auto_search": false}}',
)

STEPFUN = Provider(
    name="stepfun",
    title="StepFun",
    base_url="wss://api.stepfun.com/v1",
    key_vars=("STEPFUN_API_KEY",),
    abilities=_COMMON - {Ability.TRANSCRIPTION_SESSIONS},
    dialect="beta",
    model="step-audio-2",
)

INWORLD = Provider(
    name="inworld",
    title="Inworld",
    base_url="wss://api.inworld.ai/api/v1/realtime/session",
    key_vars=("INWORLD_API_KEY",),
    key_style="basic",
    query=(("protocol", "realtime"),),
    session_param="key",
    abilities=ALL - _OPENAI_ONLY - {Ability.IMAGES, Ability.NOISE_REDUCTION, Ability.TRANSCRIPTION_SESSIONS},
    dialect="ga",
    model_param="",
)

ELEVENLABS = Provider(
    name="elevenlabs",
    title="ElevenLabs",
    base_url="wss://api.elevenlabs.io/v1/convai/realtime",
    key_vars=("ELEVENLABS_API_KEY",),
    key_style="subprotocol",
    abilities=ALL - _OPENAI_ONLY - {Ability.IMAGES, Ability.TEXT_OUTPUT, Ability.TRANSCRIPTION_SESSIONS},
    dialect="ga",
    model="eleven_realtime_v1_mini",
)

TOGETHER = Provider(
    name="together",
    title="Together AI (transcription only)",
    base_url="wss://api.together.ai/v1/realtime",
    key_vars=("TOGETHER_API_KEY",),
    query=(("input_audio_format", "pcm_s16le_16000"),),
    fixed_headers=(("OpenAI-Beta", "realtime=v1"),),
    abilities=frozenset({Ability.TRANSCRIPTION, Ability.TRANSCRIPTION_SESSIONS})
    | {Ability.WHOLE_UPDATES, Ability.NESTED_SETTINGS, Ability.FLAT_TOOLS, Ability.BARE_APPENDS},
    dialect="beta",
    model="openai/whisper-large-v3",
    input_rate_hz=16_000,
    auto=False,
)

SPEACHES = Provider(
    name="speaches",
    title="speaches (self-hosted)",
    base_url="ws://127.0.0.1:8000/v1",
    url_var="SPEACHES_URL",
    key_vars=("SPEACHES_API_KEY",),
    abilities=_COMMON
    - {
        Ability.TRUNCATE,
        Ability.CANCEL,
        Ability.OUT_OF_BAND,
        Ability.ITEM_RETRIEVE,
        Ability.WHOLE_UPDATES,
    },
    dialect="beta",
    intent_url=True,
    auto=False,
)

LOCALAI = Provider(
    name="localai",
    title="LocalAI (self-hosted)",
    base_url="ws://127.0.0.1:8080/v1",
    url_var="LOCALAI_URL",
    key_vars=("LOCALAI_API_KEY",),
    abilities=ALL - _OPENAI_ONLY - {Ability.OUT_OF_BAND, Ability.IMAGES, Ability.NOISE_REDUCTION},
    dialect="ga",
    auto=False,
)

HUGGINGFACE = Provider(
    name="huggingface",
    title="Hugging Face speech-to-speech (self-hosted)",
    base_url="ws://127.0.0.1:8765/v1",
    url_var="SPEECH_TO_SPEECH_URL",
    abilities=_COMMON
    - {
        Ability.TRUNCATE,
        Ability.USAGE,
        Ability.ITEM_RETRIEVE,
        Ability.ITEM_DELETE,
        Ability.BUFFER_CLEAR,
        Ability.OUT_OF_BAND,
        Ability.TRANSCRIPTION_SESSIONS,
    },
    dialect="ga",
    auto=False,
)

VLLM = Provider(
    name="vllm",
    title="vLLM-omni (self-hosted)",
    base_url="ws://127.0.0.1:8000/v1",
    url_var="VLLM_REALTIME_URL",
    key_vars=("VLLM_API_KEY",),
    abilities=_COMMON
    - {Ability.TRUNCATE, Ability.ITEM_RETRIEVE, Ability.ITEM_DELETE, Ability.OUT_OF_BAND, Ability.USAGE},
    dialect="ga",
    input_rate_hz=16_000,
    auto=False,
)

CUSTOM = Provider(
    name="custom",
    title="the given URL",
    base_url="",
    key_vars=("REALTIME_CLI_API_KEY",),
    transcription_model="whisper-1",  # the name that compatible servers know best
    abilities=ALL,  # what it refuses is left out after the first refusal, see session/updates
    auto=False,
)

BUILTIN: tuple[Provider, ...] = (
    OPENAI,
    AZURE,
    XAI,
    ELEVENLABS,
    INWORLD,
    QWEN,
    GLM,
    STEPFUN,
    TOGETHER,
    SPEACHES,
    LOCALAI,
    HUGGINGFACE,
    VLLM,
    LOCAL,
)
