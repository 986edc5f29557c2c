"""Hypothesis strategies for every struct of the vocabulary, made from its own type annotations.

`ANY` makes everything that the types allow, `CLIENT` and `SERVER` only what the public documentation allows each
side to say (closed lists of words that our types keep open, fields that must not be missing).
"""

from typing import Any, TypeAlias

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from msgspec import UNSET, inspect

from realtime_cli import protocol as p
from realtime_cli.protocol.names import CLIENT_TYPES, SERVER_TYPES

Values: TypeAlias = st.SearchStrategy[Any]

_TEXT = st.text(max_size=12)
_COUNT = st.integers(1, 2**40)
_JSON = st.recursive(
    st.none() | st.booleans() | _COUNT | _TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXT, inner, max_size=2),
    max_leaves=4,
)
_PLAIN: dict[type, Values] = {
    inspect.StrType: _TEXT,
    inspect.IntType: _COUNT,
    inspect.BoolType: st.booleans(),
    inspect.BytesType: st.binary(max_size=8),
    inspect.NoneType: st.none(),
    inspect.AnyType: _JSON,
}


class Maker:
    """Values of any struct, with every combination of absent, null and present fields.

    Args:
        whole: Struct class -> strategy that replaces it.
        fields: (struct class, field name) -> strategy; add `ABSENT` where the field may be missing.
    """

    def __init__(self, whole: dict[Any, Values], fields: dict[tuple[Any, str], Values]) -> None:
        self._whole = dict(whole)
        self._fields = fields

    def of(self, struct: Any) -> Values:
        if struct not in self._whole:
            self._whole[struct] = st.builds(struct, **self.fields_of(struct))
        made: Values = self._whole[struct]
        return made

    def fields_of(self, struct: Any) -> dict[str, Values]:
        absent = {field.name for field in msgspec.structs.fields(struct) if field.default is UNSET}
        info = inspect.type_info(struct)
        assert isinstance(info, inspect.StructType)
        made = {field.name: self._of(field.type) for field in info.fields}
        free = {name: ABSENT | field if name in absent else field for name, field in made.items()}
        return {name: self._fields.get((struct, name), field) for name, field in free.items()}

    def one_of(self, structs: dict[str, Any]) -> Values:
        return st.sampled_from(list(structs.values())).flatmap(self.of)

    def _of(self, info: inspect.Type) -> Values:
        match info:
            case inspect.StructType(cls=cls):
                return self.of(cls)
            case inspect.UnionType(types=types):
                return st.one_of(*(self._of(option) for option in types))
            case inspect.LiteralType(values=values):
                return st.sampled_from(values)
            case inspect.VarTupleType(item_type=item):
                return st.lists(self._of(item), max_size=2).map(tuple)
            case inspect.DictType(value_type=value):
                return st.dictionaries(_TEXT, self._of(value), max_size=2)
            case inspect.FloatType(ge=low, le=high):
                bounds = (low, high) if low is not None else (-1e6, 1e6)
                return st.floats(*bounds, allow_nan=False)
        return _PLAIN[type(info)]


# No deadline: a loaded machine is no fault of the code.
thorough = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
quick = settings(thorough, max_examples=15)

ABSENT: Values = st.just(UNSET)
ANY = Maker({}, {})


def _words(*words: str | None) -> Values:
    return ABSENT | st.sampled_from(words)


def _documented(side: str) -> Maker:
    loose = Maker(
        {}, {(p.InputAudio, "transcript"): ABSENT | _TEXT, (p.OutputAudio, "transcript"): ABSENT | _TEXT}
    )
    fields = _documented_fields()
    status = _words("completed", "incomplete", "in_progress")
    common = {"id": ABSENT | _TEXT, "status": status}

    def said_by(role: str, *parts: Any, **more: Values) -> Values:
        content = st.lists(st.one_of(*(loose.of(part) for part in parts)), max_size=2).map(tuple)
        return st.builds(p.MessageItem, role=st.just(role), content=content, **common, **more)

    message = (
        said_by("user", p.InputText, p.InputAudio, p.InputImage)
        | said_by("system", p.InputText)
        | said_by("assistant", p.OutputText, p.OutputAudio, phase=_words("commentary", "final_answer"))
    )
    formats = st.sampled_from([p.PCM16_24KHZ, p.PCMU, p.PCMA])
    maker = Maker({p.MessageItem: message, p.AudioFormat: formats}, fields)
    only_voice = st.builds(p.AudioOutput, format=ABSENT | formats, voice=ABSENT | _TEXT)
    response_audio = ABSENT | st.builds(p.AudioConfig, output=ABSENT | only_voice)
    fields[p.ResponseConfig, "audio"] = fields[p.Response, "audio"] = response_audio
    maker._whole[p.SessionConfig] = _session(maker, side)
    return maker


def _documented_fields() -> dict[tuple[Any, str], Values]:
    tools = [p.FunctionCallItem, p.FunctionCallOutputItem]
    mcp = [p.McpCallItem, p.McpApprovalRequestItem, p.McpApprovalResponseItem, p.ItemReference]
    filters = st.fixed_dictionaries({"tool_names": st.lists(_TEXT, max_size=2), "read_only": st.booleans()})
    logprobs = st.lists(st.just({"token": "a", "bytes": [97], "logprob": -0.5}), max_size=1).map(tuple)
    completed = p.ConversationItemInputAudioTranscriptionCompleted
    tokens = {"type": "tokens", "input_tokens": 3, "output_tokens": 1, "total_tokens": 4}
    return {
        **{(item, "status"): _words("completed", "incomplete", "in_progress") for item in tools},
        **{(item, "object"): st.just("realtime.item") for item in tools},
        **{(item, "id"): _TEXT for item in mcp},
        (p.McpCallItem, "error"): ABSENT
        | st.sampled_from([None, {"type": "http_error", "code": 500, "message": "m"}]),
        (p.McpTool, "connector_id"): _words("connector_gmail"),
        (p.McpTool, "allowed_callers"): ABSENT | st.just(("direct",)),
        (p.McpTool, "allowed_tools"): ABSENT | filters | st.just(("a",)),
        (p.McpTool, "require_approval"): _words("always", "never") | filters.map(lambda one: {"always": one}),
        (p.Reasoning, "effort"): _words("minimal", "low", "medium", "high", "xhigh"),
        (p.Transcription, "delay"): _words("minimal", "low", "medium", "high", "xhigh"),
        (p.ResponseConfig, "prompt"): ABSENT | st.sampled_from([None, {"id": "pmpt_1", "version": "2"}]),
        (p.ConversationItemCreate, "previous_item_id"): ABSENT | _TEXT,
        (p.ContentPart, "type"): st.sampled_from(["text", "audio"]),
        (p.Response, "object"): st.just("realtime.response"),
        (p.Response, "status"): _words("completed", "cancelled", "failed", "incomplete", "in_progress"),
        (p.StatusDetails, "type"): _words("completed", "cancelled", "incomplete", "failed", None),
        (p.StatusDetails, "reason"): _words("turn_detected", "client_cancelled", "max_output_tokens", None),
        (p.ResponseFunctionCallArgumentsDone, "name"): _TEXT,
        (p.Conversation, "object"): st.just("realtime.conversation"),
        (p.RateLimit, "name"): st.sampled_from(["requests", "tokens"]),
        (p.ConversationItemInputAudioTranscriptionDelta, "logprobs"): ABSENT | st.none() | logprobs,
        (completed, "logprobs"): ABSENT | st.none() | logprobs,
        (completed, "languages"): ABSENT | st.just(({"code": "en"},)),
        (completed, "usage"): st.sampled_from([tokens, {"type": "duration", "seconds": 1.5}]),
        (p.ConversationItemInputAudioTranscriptionFailed, "error"): st.builds(p.ErrorDetail, message=_TEXT),
    }


def _session(maker: Maker, side: str) -> Values:
    fields = maker.fields_of(p.SessionConfig)
    fields |= dict.fromkeys(("id", "object", "expires_at", "model"), ABSENT)
    fields["include"] = ABSENT | st.just(("item.input_audio_transcription.logprobs",))
    fields["prompt"] = ABSENT | st.sampled_from([None, {"id": "pmpt_1"}])
    server = {"id": _TEXT, "model": ABSENT | _TEXT, "expires_at": ABSENT | _COUNT} if side == "server" else {}
    voices = st.builds(
        p.AudioOutput,
        format=ABSENT | maker.of(p.AudioFormat),
        voice=ABSENT | _TEXT,
        speed=st.floats(0.25, 1.5),
    )
    audio_input = ABSENT | maker.of(p.AudioInput)
    talking = fields | server | {"type": st.just("realtime")}
    talking["audio"] = ABSENT | st.builds(p.AudioConfig, input=audio_input, output=ABSENT | voices)
    listening = {"type": st.just("transcription"), "include": fields["include"]} | server | {"model": ABSENT}
    listening["audio"] = ABSENT | st.builds(p.AudioConfig, input=audio_input)
    if side == "server":
        talking["object"] = st.just("realtime.session")
        listening["object"] = st.just("realtime.transcription_session")
    return st.builds(p.SessionConfig, **talking) | st.builds(p.SessionConfig, **listening)


CLIENT = _documented("client")
SERVER = _documented("server")


def _without_server_fields(event: Any) -> Any:
    if isinstance(event, p.SessionUpdate):
        session = msgspec.structs.replace(event.session, id=UNSET, object=UNSET, expires_at=UNSET)
        return msgspec.structs.replace(event, session=session)
    return event


def _role_a_client_may_say(event: Any) -> bool:
    items: list[Any] = [event.item] if isinstance(event, p.ConversationItemCreate) else []
    if (
        isinstance(event, p.ResponseCreate)
        and event.response is not UNSET
        and event.response.input is not UNSET
    ):
        items += event.response.input
    return all(getattr(item, "role", "") != "tool" for item in items)


client_events: Values = ANY.one_of(CLIENT_TYPES).map(_without_server_fields).filter(_role_a_client_may_say)
server_events: Values = ANY.one_of(SERVER_TYPES)
documented_client_events: Values = CLIENT.one_of(CLIENT_TYPES)
documented_server_events: Values = SERVER.one_of(SERVER_TYPES)
