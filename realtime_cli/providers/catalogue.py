"""Names of models and voices that are known to work, for completion and for `models` and `voices`.

Names change more often than this program: every option that takes one takes any other name too. Sources: the providers'
own documents as collected in the protocol notes, July 2026.
"""

from __future__ import annotations

from collections.abc import Mapping

_OPENAI_VOICES = (
    "marin", "cedar", "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse",
)  # fmt: skip
_OPENAI_MODELS = (
    ("gpt-realtime-2.1", "the default; 128k context"),
    ("gpt-realtime-2.1-mini", "cheaper; 128k context"),
    ("gpt-realtime-2", "128k context"),
    ("gpt-realtime-1.5", "32k context"),
    ("gpt-realtime", "32k context; shut down on 2027-01-20"),
    ("gpt-realtime-mini", "32k context; shut down on 2027-01-20"),
)

VOICES: Mapping[str, tuple[str, ...]] = {
    "openai": _OPENAI_VOICES,
    "azure": _OPENAI_VOICES,
    "xai": ("ara", "rex", "sal", "eve", "leo"),
    "qwen": ("Cherry", "Serena", "Ethan", "Chelsie"),
    "glm": ("tongtong",),
    "local": (*_OPENAI_VOICES, "fable", "nova", "onyx"),
}
"""Provider -> its voices, the default first."""

MODELS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "openai": _OPENAI_MODELS,
    "azure": _OPENAI_MODELS,
    "xai": (("grok-voice-latest", "the default"),),
    "elevenlabs": (("eleven_realtime_v1_mini", "the default"),),
    "qwen": (("qwen3.5-omni-plus-realtime", "the default"),),
    "glm": (("glm-realtime-flash", "the default"),),
    "stepfun": (("step-audio-2", "the default"),),
    "local": (("local-rules", "keywords and your functions, no AI"),),
}
"""Provider -> (model, remark)."""
