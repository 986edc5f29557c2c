"""What `send-text` is given besides its prompt, made into items and wishes for the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from realtime_cli.errors import ConfigError

if TYPE_CHECKING:
    from realtime_cli.protocol import InputItem, Item
    from realtime_cli.providers.provider import Target
    from realtime_cli.runtime.session_fields import Asked


class Material(Struct, frozen=True):
    """Options as they were written.

    Attributes:
        context: A JSON Lines file of items.
        audio_in: Whole sounds, in the message itself.
        append: Sounds for the buffer.
        rate_hz: Of bare PCM16 among them.
    """

    system: str | None = None
    context: str | None = None
    images: tuple[str, ...] = ()
    detail: Literal["auto", "low", "high"] | None = None
    audio_in: tuple[str, ...] = ()
    append: tuple[str, ...] = ()
    no_context: bool = False
    out_of_band: bool = False
    metadata: tuple[str, ...] = ()
    rate_hz: int = 24_000

    @property
    def takes_stdin(self) -> bool:
        """Standard input is sound, so it holds no prompt."""
        return "-" in (*self.audio_in, *self.append)

    @property
    def stands_alone(self) -> bool:
        """There is something to answer without a prompt."""
        return bool(self.images or self.audio_in or self.append or self.context or self.no_context)

    def asked(self, prompt: str, target: Target) -> tuple[str, Asked]:
        """The prompt that is left to be typed, and all the rest.

        Raises:
            InputError: A file cannot be read.
            ConfigError: Options contradict each other, or the service cannot do it.
        """
        from realtime_cli.protocol import InputText, MessageItem, ResponseConfig
        from realtime_cli.runtime.material import context_items, streamed_sound, user_message
        from realtime_cli.runtime.session_fields import Asked, metadata
        from realtime_cli.runtime.wishes import text_or_file
        from realtime_cli.session.request_facts import ItemPut

        apart = self.out_of_band or self.no_context
        self._check(target, apart=apart)
        items: list[Item] = []
        if self.system:
            words = text_or_file(self.system, "--system")
            items.append(MessageItem(role="system", content=(InputText(words),)))
        context = context_items(self.context) if self.context else ()
        has_message = bool(self.images or self.audio_in or (apart and prompt))
        message = user_message(
            prompt, images=self.images, sounds=self.audio_in, detail=self.detail, bare_rate_hz=self.rate_hz
        )
        pairs = metadata(list(self.metadata))
        if apart:
            response = ResponseConfig(
                conversation="none" if self.out_of_band else "auto",
                metadata=pairs or {},
                input=(*items, *context, *((message,) if has_message else ())),
            )
            return "", Asked(response=response)
        opening = [ItemPut(item) for item in (*items, *_without_references(context))]
        if has_message:
            opening.append(ItemPut(message, answer=True))
        elif opening and not prompt and not self.append:
            opening[-1] = ItemPut(opening[-1].item, answer=True)
        response_wishes = ResponseConfig(metadata=pairs) if pairs else None
        asked = Asked(tuple(opening), streamed_sound(self.append, self.rate_hz), response_wishes)
        return "" if has_message else prompt, asked

    def _check(self, target: Target, *, apart: bool) -> None:
        from realtime_cli.protocol import Ability

        abilities, title = target.provider.abilities, target.provider.title
        if Ability.CONVERSATION not in abilities:
            raise ConfigError(f"{title} gives no answers", advice="Use `realtime-cli transcribe`.")
        if self.images and Ability.IMAGES not in abilities:
            raise ConfigError(f"{title} takes no pictures")
        if (apart or self.metadata) and Ability.OUT_OF_BAND not in abilities:
            raise ConfigError(f"{title} knows no answers outside of the conversation, and no metadata")
        if apart and self.append:
            raise ConfigError(
                "--append becomes a part of the conversation; --out-of-band and --no-context leave it alone",
                advice="Use --audio-in.",
            )


def _without_references(context: tuple[InputItem, ...]) -> list[Item]:
    from realtime_cli.protocol import ItemReference

    items: list[Item] = []
    for item in context:
        if isinstance(item, ItemReference):
            raise ConfigError(
                "An item_reference belongs into the input of one answer",
                advice="Add --out-of-band or --no-context.",
            )
        items.append(item)
    return items
