"""Who is at the console: roles, what each may do, and the person that a session stands for (pure)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Role(StrEnum):
    """Roles don't contain one another: an account holds every role that its person needs."""

    VIEWER = "viewer"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


ROLE_NAMES = tuple(role.value for role in Role)
Roles = frozenset[Role]
ANYONE: Roles = frozenset(Role)
COMMANDERS: Roles = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
"""Who may command aircraft (F20)."""
KEEPERS: Roles = frozenset({Role.SUPERVISOR, Role.ADMIN})
"""Who may change hotlists, hold evidence, and look whether the record is whole."""

CommandRole = Literal["dispatcher", "supervisor", "admin"]
_COMMAND_ORDER: tuple[CommandRole, ...] = ("dispatcher", "supervisor", "admin")


@dataclass(frozen=True)
class Person:
    """`session`: SHA-256 of the session's token, never the token; `csrf`: what mutating requests must carry."""

    name: str
    roles: Roles
    session: str
    csrf: str
    expires_at: datetime

    def has_any(self, roles: Roles) -> bool:
        return bool(self.roles & roles)

    @property
    def command_role(self) -> CommandRole | None:
        """The lowest of the person's roles that may command: what an order is signed with. None for viewers."""
        return next((role for role in _COMMAND_ORDER if Role(role) in self.roles), None)


def read_roles(names: list[str] | tuple[str, ...]) -> Roles:
    """The roles that are known; a name from a newer version is dropped, since it grants nothing here."""
    return frozenset(Role(name) for name in names if name in ROLE_NAMES)
