"""How a rule's code is taken away for a while: a function replaced wherever it is known, or an entry of a table."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any, cast

ROOMS = ("edge", "wire", "dashboard")
Cut = Callable[[], AbstractContextManager[object]]


def nothing(*_args: object, **_kwargs: object) -> tuple[()]:
    """A rule that has no objection."""
    return ()


def always(value: object) -> Callable[..., object]:
    return lambda *_args, **_kwargs: value


def swap(module: str, name: str, new: object) -> Cut:
    """`module.name` becomes `new` in every room that imported it, and in module-level tuples (PREFLIGHT)."""
    return lambda: _swapped(module, name, new)


def method(cls: type, name: str, new: object) -> Cut:
    return lambda: _attributes([(cls, name, new)])


def entries(table: Mapping[Any, Any], changes: Mapping[Any, Any]) -> Cut:
    """Some entries of a table become others; None takes an entry out."""
    return lambda: _entries(cast(dict[Any, Any], table), changes)


def all_of(*cuts: Cut) -> Cut:
    @contextmanager
    def cut() -> Iterator[None]:
        with ExitStack() as stack:
            for one in cuts:
                stack.enter_context(one())
            yield

    return cut


def _swapped(module: str, name: str, new: object) -> AbstractContextManager[None]:
    old = getattr(import_module(module), name)
    return _attributes([found for room in _rooms() for found in _uses(room, old, new)])


def _rooms() -> list[ModuleType]:
    return [module for name, module in list(sys.modules.items()) if name.split(".")[0] in ROOMS]


def _uses(module: ModuleType, old: object, new: object) -> Iterator[tuple[object, str, object]]:
    for name, value in list(vars(module).items()):
        if value is old:
            yield module, name, new
        elif isinstance(value, tuple) and any(part is old for part in value):
            yield module, name, tuple(new if part is old else part for part in value)


@contextmanager
def _attributes(changes: list[tuple[Any, str, object]]) -> Iterator[None]:
    before = [(owner, name, vars(owner)[name]) for owner, name, _ in changes]
    if not before:
        raise LookupError("nothing of that name: the mutant cuts nothing")
    for owner, name, new in changes:
        setattr(owner, name, new)
    try:
        yield
    finally:
        for owner, name, old in before:
            setattr(owner, name, old)


@contextmanager
def _entries(table: dict[Any, Any], changes: Mapping[Any, Any]) -> Iterator[None]:
    before = dict(table)
    table.update({key: value for key, value in changes.items() if value is not None})
    for key in [key for key, value in changes.items() if value is None]:
        del table[key]
    try:
        yield
    finally:
        table.clear()
        table.update(before)
