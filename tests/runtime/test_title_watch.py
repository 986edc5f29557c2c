"""A title by the model: asked once, beside the conversation."""

from realtime_cli import protocol as p
from realtime_cli.runtime.title_watch import QUESTION, TitleWatch
from realtime_cli.session import facts as f
from realtime_cli.session.request_facts import AskedAside
from tests.support.facts import Mind, said, text_answer, typed_wish


def test_it_is_asked_for_once_after_the_first_answer_and_taken_when_it_comes() -> None:
    asked: list[f.Fact] = []
    titles: list[str] = []
    watch = TitleWatch(asked.append, titles.append)
    mind = Mind(typed_wish())
    mind.ready()
    mind.tell(f.PromptTyped("how do ferries run?"))
    for event in text_answer("Every hour."):
        mind.hear(event)
        watch.note(f.ServerSaid(event), mind.core)
    (fact,) = asked
    assert isinstance(fact, AskedAside)
    assert fact.text == QUESTION
    told = mind.tell(fact)
    (create,) = said(told, p.ResponseCreate)
    assert isinstance(create.response, p.ResponseConfig)
    assert create.response.conversation == "none"
    item = p.MessageItem(id="t1", role="assistant", content=(p.OutputText('"Ferries to Oslo."'),))
    done = p.ResponseDone(
        response=p.Response(id="r9", status="completed", output=(item,), metadata=create.response.metadata)
    )
    mind.hear(done)
    watch.note(f.ServerSaid(done), mind.core)
    watch.note(f.ServerSaid(done), mind.core)
    assert titles == ["Ferries to Oslo"]
    assert len(asked) == 1
    assert mind.lines() == ["user: how do ferries run?", "assistant: Every hour."]
