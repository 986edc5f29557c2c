"""Functions as clients offer them."""

from typing import Any

from realtime_cli.server.engines.contract import ToolOffer


def schema(*optional: str, **properties: dict[str, Any]) -> dict[str, Any]:
    """A JSON Schema in which all but `optional` is required."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


INTEGER, NUMBER, STRING, BOOLEAN = ({"type": kind} for kind in ("integer", "number", "string", "boolean"))
GET_TIME = ToolOffer("get_time", "Tell the time.", schema())

OFFERS = (
    GET_TIME,
    ToolOffer("add", "Add two numbers", schema(a=INTEGER, b=INTEGER)),
    ToolOffer(
        "roll_dice",
        "Roll dice and return the result",
        schema("sides", "count", sides=INTEGER, count={"anyOf": [{"type": "null"}, {"type": "integer"}]}),
    ),
    ToolOffer(
        "set_light",
        "Switch a light on or off in a room.",
        schema(room={"type": "string", "enum": ["kitchen", "living_room", "bedroom"]}, on=BOOLEAN),
    ),
    ToolOffer(
        "get_weather",
        "Get the current weather for a city.",
        schema("unit", city=STRING, unit={"type": "string", "enum": ["celsius", "fahrenheit"]}),
    ),
    ToolOffer("send_message", "Send a message to somebody", schema(to=STRING, text=STRING)),
    ToolOffer("calculate", "Evaluates an arithmetic expression", schema(expression=STRING)),
    ToolOffer("lookup_order", "Find an order by its id", schema(order_id=STRING)),
    ToolOffer("setVolume", "Set the playback volume", schema(percent=NUMBER)),
)
