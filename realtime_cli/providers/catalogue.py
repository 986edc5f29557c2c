"""Names of models and voices that are known to work, for completion and for `models` and `voices`.

Names change more often than this program: every option that takes one takes any other name too. Nothing here was tried
live. Sources, all read in November 2026:

- OpenAI, Azure: the Realtime reference (voices and models of the session).
- xAI: docs.x.ai, "Voice Agent API" and "Voice Agent Builder": five voices, eve is theirs when none is named.
- Qwen: Alibaba Model Studio, "Qwen-Omni-Realtime" (default voice Tina), and its voice list as three public clients
  quote it. The voices of older models (Cherry, Chelsie) are not among those of qwen3.5-omni.
- GLM: Zhipu's "GLM-Realtime" guide as a public client quotes it; tongtong is the default.
- Services that are missing here publish no list that could be found.
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
_QWEN_VOICES = (
    "Tina", "Cindy", "Raymond", "Ethan", "Serena", "Harvey", "Maia", "Evan", "Qiao", "Momo", "Wil", "Angel", "Mia",
    "Joyner", "Gold", "Katerina", "Ryan", "Jennifer", "Aiden", "Mione", "Sunny", "Dylan", "Eric", "Peter", "Marcus",
    "Li", "Kiki", "Rocky", "Sohee",
)  # fmt: skip

VOICES: Mapping[str, tuple[str, ...]] = {
    "openai": _OPENAI_VOICES,
    "azure": _OPENAI_VOICES,
    "xai": ("eve", "ara", "rex", "sal", "leo"),
    "qwen": _QWEN_VOICES,
    "glm": (
        "tongtong",
        "female-tianmei",
        "female-shaonv",
        "lovely_girl",
        "male-qn-daxuesheng",
        "male-qn-jingying",
    ),
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
