"""What the other end of a line can do. One value each, with its source; each is read in exactly one place.

A provider holds a set of these: what is missing from it, the mind does without.
"""

from enum import Enum


class Ability(Enum):
    """Something a server understands or reports. Each with the source that says who has it."""

    TRUNCATE = "truncate"
    """`conversation.item.truncate` works and is answered. Not at speaches ("not implemented", its
    conversation_event_router.py), GLM; Hugging Face speech-to-speech takes it without an answer."""
    CANCEL = "cancel"
    """`response.cancel` works. Not at speaches (response_event_router.py)."""
    USAGE = "usage"
    """`response.done` carries real token counts. Empty or zero at xAI (pipecat's xai service) and GLM."""
    SEMANTIC_VAD = "semantic_vad"
    """`turn_detection.type: semantic_vad`. OpenAI and Azure: openai.types.realtime, semantic turn
    detection."""
    OUT_OF_BAND = "out_of_band"
    """`response.create` with `conversation: "none"`, `metadata` and `input`. Not at speaches."""
    ITEM_RETRIEVE = "item_retrieve"
    """`conversation.item.retrieve`. Not at GLM and Hugging Face (its README, event table)."""
    ITEM_DELETE = "item_delete"
    """`conversation.item.delete`. Not at GLM and Hugging Face."""
    BUFFER_CLEAR = "buffer_clear"
    """`input_audio_buffer.clear`. Not at Hugging Face."""
    IMAGES = "images"
    """`input_image` content. GA only; not at xAI, Hugging Face, speaches."""
    NOISE_REDUCTION = "noise_reduction"
    """`noise_reduction` on the input. OpenAI and Azure: openai.types.realtime, audio config input."""
    REASONING = "reasoning"
    """`reasoning.effort`. gpt-realtime-2.x only; other models refuse the whole update."""
    PARALLEL_TOOL_CALLS = "parallel_tool_calls"
    """The `parallel_tool_calls` switch. gpt-realtime-2.x only, like `reasoning`."""
    TRANSCRIPTION = "transcription"
    """Writes down the user's words when asked by `input.transcription`. OpenAI guide "Realtime
    conversations"."""
    IDLE_TIMEOUT = "idle_timeout"
    """`server_vad.idle_timeout_ms`. GA only: openai.types.realtime, turn detection."""
    FUNCTIONS = "functions"
    """`tools` of type `function`, and their outputs. Everywhere but in transcription-only services."""
    MCP = "mcp"
    """`tools` of type `mcp`, called by the provider. GA only: openai.types.realtime, tools config."""
    TRUNCATION_STRATEGY = "truncation_strategy"
    """The session's `truncation`. GA only: openai.types.realtime, truncation."""
    TRACING = "tracing"
    """The session's `tracing`. OpenAI only: writes to its dashboard."""
    INCLUDE = "include"
    """The session's `include`: log probabilities of transcripts. OpenAI and Azure: openai.types.realtime, session
    create request."""
    SPEED = "speed"
    """`audio.output.speed`. OpenAI and Azure: openai.types.realtime, audio config output."""
    CREATE_RESPONSE_SWITCH = "create_response_switch"
    """`create_response: false` leaves the answer to the client. Not stable at xAI (livekit's xai
    plugin)."""

    CONVERSATION = "conversation"
    """Answers. Not at services that only transcribe (Together)."""
    TRANSCRIPTION_SESSIONS = "transcription_sessions"
    """Sessions that only listen: `session.type: transcription`, beta's `transcription_session.update`, or an URL
    with `intent=transcription`."""
    WHOLE_UPDATES = "whole_updates"
    """A `session.update` holds or fails as a whole. Not at speaches: it complains about each field it does not
    know and applies the rest (session_event_router.py)."""
    TEXT_OUTPUT = "text_output"
    """Answers in writing alone (`output_modalities: ["text"]`). Not where every answer is spoken (GLM,
    ElevenLabs)."""
    NESTED_SETTINGS = "nested_settings"
    """GA's places for `voice` and `turn_detection`. xAI reads them at the top of the session, beside a nested
    `audio` (livekit's xai plugin)."""
    FLAT_TOOLS = "flat_tools"
    """Function tools as `{type, name, ...}`. Qwen wants `{type, function: {...}}` (Model Studio's guide)."""
    BARE_APPENDS = "bare_appends"
    """Appended audio is bare samples. GLM wants each piece as a WAV file (its SDK, `input_audio_format: wav`)."""


ALL: frozenset[Ability] = frozenset(Ability)
