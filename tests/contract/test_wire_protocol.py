"""The protocol's pages are what the topic table says; every topic is found again from a concrete name."""

import json
from pathlib import Path

import pytest

from wire.protocol import asyncapi, page
from wire.topics import ORDER, TOPICS, VEHICLE, Topic, find_topic

DOCS = Path(__file__).parents[2] / "docs"


def test_the_pages_are_up_to_date() -> None:
    assert (DOCS / "protocol.md").read_text() == page(), "run: python -m wire.protocol"
    assert json.loads((DOCS / "asyncapi.json").read_text()) == asyncapi(), "run: python -m wire.protocol"


def test_every_reference_of_the_asyncapi_document_resolves() -> None:
    document = asyncapi()
    references = [part.split('"')[0] for part in json.dumps(document).split('"$ref": "#/')[1:]]
    assert references
    for reference in references:
        node = document
        for key in reference.split("/"):
            node = node[key]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_concrete_topic_finds_its_row(topic: Topic) -> None:
    fields = {part[1:-1]: f"some-{part[1:-1]}" for part in topic.path.split("/") if part.startswith("{")}
    assert find_topic(topic.path.format(**fields)) == (topic, fields)


@pytest.mark.parametrize(
    "stranger", ["", "airbeat/v1", "airbeat/v2/x/event", "airbeat/v1/a/b/event", "airbeat/v1/x/event/y"]
)
def test_strangers_are_no_topics(stranger: str) -> None:
    assert find_topic(stranger) is None


def test_an_order_is_never_retained_and_rhythms_make_deadlines() -> None:
    assert not ORDER.retain
    assert VEHICLE.silent_after_s == pytest.approx(0.6)
    assert ORDER.silent_after_s is None
