"""The names that are offered fit the services that are known."""

from __future__ import annotations

import pytest

from realtime_cli.providers.builtin import BUILTIN
from realtime_cli.providers.catalogue import MODELS, VOICES
from realtime_cli.providers.provider import Provider

WITH_VOICES = [provider for provider in BUILTIN if provider.name in VOICES]


@pytest.mark.parametrize("provider", WITH_VOICES, ids=lambda provider: provider.name)
def test_the_first_voice_is_the_one_that_is_taken(provider: Provider) -> None:
    assert not provider.voice or VOICES[provider.name][0] == provider.voice
    assert len(set(VOICES[provider.name])) == len(VOICES[provider.name])


@pytest.mark.parametrize(
    "provider", [one for one in BUILTIN if one.voice], ids=lambda provider: provider.name
)
def test_a_voice_that_is_taken_by_itself_is_offered_too(provider: Provider) -> None:
    assert provider.voice in VOICES.get(provider.name, ())


@pytest.mark.parametrize(
    "provider", [one for one in BUILTIN if one.name in MODELS], ids=lambda provider: provider.name
)
def test_the_first_model_is_the_one_that_is_taken(provider: Provider) -> None:
    assert not provider.model or MODELS[provider.name][0][0] == provider.model


def test_every_name_is_of_a_service_that_can_be_called() -> None:
    assert {*VOICES, *MODELS} <= {provider.name for provider in BUILTIN}
