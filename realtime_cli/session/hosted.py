"""Tools that the provider runs itself (MCP): their lists, their calls, and the user's word where it is asked for."""

from __future__ import annotations

from realtime_cli import protocol as p
from realtime_cli.session.desk import Desk
from realtime_cli.session.facts import ApprovalGiven
from realtime_cli.session.intents import Purpose
from realtime_cli.session.state import CallStatus, Question

_NOBODY = "Nobody can be asked here."


class Hosted:
    """Events of MCP tools. `desk.hosted` holds the requests that wait, oldest first."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: set[str] = set()
        self._always: set[tuple[str, str]] = set()

    def item(self, item: p.Item) -> None:
        """An item that concerns hosted tools, seen in whatever event."""
        item_id = item.id if isinstance(item.id, str) else ""
        match item:
            case p.McpApprovalRequestItem() if item_id and item_id not in self._known:
                self._known.add(item_id)
                self._asked(item_id, item)
            case p.McpListToolsItem(server_label=label, tools=tools) if tools and item_id not in self._known:
                self._known.add(item_id)
                names = ", ".join(tool.name for tool in tools)
                self._desk.notice("info", f"{label} offers {len(tools)} tools: {names}")
            case _:
                pass

    def hear(self, event: p.ServerEvent) -> bool:
        """Whether an event is about hosted tools alone; then it is taken care of."""
        match event:
            case p.McpListToolsFailed():
                self._desk.notice(
                    "warning",
                    "An MCP server could not list its tools.",
                    "The conversation goes on without them.",
                )
            case p.McpListToolsInProgress() | p.McpListToolsCompleted():
                pass  # the item tells more
            case p.ResponseMcpCallArgumentsDelta(item_id=item_id, delta=delta):
                if (record := self._desk.calls.find_item(item_id)) is not None:
                    record.arguments += delta
            case p.ResponseMcpCallArgumentsDone(item_id=item_id, arguments=arguments):
                if (record := self._desk.calls.find_item(item_id)) is not None:
                    record.arguments = arguments or record.arguments
            case p.ResponseMcpCallInProgress(item_id=item_id):
                if (record := self._desk.calls.find_item(item_id)) is not None:
                    record.started_at_s = record.started_at_s or self._desk.at_s
            case p.ResponseMcpCallCompleted(item_id=item_id):
                self._ended(item_id, CallStatus.DONE)
            case p.ResponseMcpCallFailed(item_id=item_id):
                self._ended(item_id, CallStatus.FAILED)
            case _:
                return False
        return True

    def given(self, fact: ApprovalGiven) -> None:
        """The user's word; for a call of another kind it is somebody else's."""
        request = self._desk.hosted.pop(fact.call_id, None)
        if request is None:
            return
        if fact.verdict == "always":
            self._always.add((request.server_label, request.name))
        self._say(fact.call_id, approve=fact.verdict != "no")

    def lost(self) -> None:
        """The line is gone, and what was asked on it."""
        self._desk.hosted.clear()

    # Inside.

    def _asked(self, item_id: str, item: p.McpApprovalRequestItem) -> None:
        desk = self._desk
        if (item.server_label, item.name) in self._always:
            self._say(item_id, approve=True)
        elif desk.wish.hosted_approval is not None:
            allowed = desk.wish.hosted_approval
            word = "Allowed" if allowed else "Refused"
            desk.notice("info", f"{word}: {item.server_label} wants to call {item.name}.")
            self._say(item_id, approve=allowed)
        elif not desk.wish.can_ask:
            desk.notice("warning", f"Refused: {item.server_label} wants to call {item.name}.", _NOBODY)
            self._say(item_id, approve=False, reason=_NOBODY)
        else:
            desk.hosted[item_id] = item

    def _say(self, request_id: str, *, approve: bool, reason: str = "") -> None:
        desk = self._desk
        answer = p.McpApprovalResponseItem(
            id=desk.new_id("item"),
            approval_request_id=request_id,
            approve=approve,
            reason=reason or p.UNSET,
        )
        desk.say(p.ConversationItemCreate(item=answer), Purpose.CREATE_OUTPUT, str(answer.id))

    def _ended(self, item_id: str, status: CallStatus) -> None:
        record = self._desk.calls.find_item(item_id)
        if record is not None and not record.ended:
            record.status, record.ended_at_s = status, self._desk.at_s


def question(desk: Desk) -> Question | None:
    """The oldest request that waits, for the screen."""
    if not desk.hosted:
        return None
    request_id, item = next(iter(desk.hosted.items()))
    note = f"asked by the provider, runs at {item.server_label}"
    return Question(request_id, item.name, item.arguments, note, len(desk.hosted) - 1)
