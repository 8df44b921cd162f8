"""Every rule that the product names is in SAFETY.md, and every file that SAFETY.md names speaks of its rule."""

import re
from itertools import chain

from tests.support.processes import ROOT

RULE = re.compile(r"\b[FDS][1-9]\d?\b")
ROWS = re.findall(r"^\| ([FDS]\d+) \|.*\| ([^|]+) \|$", (ROOT / "SAFETY.md").read_text(), re.MULTILINE)


def test_no_rule_that_the_code_names_is_missing() -> None:
    sources = chain(*((ROOT / room).rglob("*.py") for room in ("wire", "edge", "ingest", "dashboard")))
    named = {(rule, path.name) for path in sources if "node_modules" not in path.parts
             for line in path.read_text().splitlines() for note in re.findall(r"\(([^()]*)\)|(?:SAFETY.md)(.*)", line)
             for rule in RULE.findall("".join(note))}  # fmt: skip
    assert len(named) > 50
    assert {pair for pair in named if pair[0] not in dict(ROWS)} == set()


def test_the_files_of_a_rule_name_it() -> None:
    places = [(rule, name) for rule, cell in ROWS for name in re.findall(r"`([\w/.]+\.py)`", cell)]
    assert {rule for rule, _ in places} == {rule for rule, _ in ROWS}
    assert [(r, name) for r, name in places if not re.search(rf"\b{r}\b", (ROOT / name).read_text())] == []
