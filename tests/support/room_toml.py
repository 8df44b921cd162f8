"""A control room's config for tests."""

from pathlib import Path

from tests.support.processes import free_port
from wire.signing import create_key


def write_room(folder: Path, broker_port: int, store: str, *, broker: str = "", workers: int = 1) -> Path:
    """ROOM.toml in `folder`; `store` and `broker` are the lines of their sections."""
    if not (folder / "room.key").exists():
        create_key(folder / "room.key", folder / "room.pub")
    broker = broker or f'kind = "external"\nhost = "127.0.0.1"\nport = {broker_port}'
    (folder / "room.toml").write_text(
        f'name = "test"\ndata_dir = "{folder}"\nworkers = {workers}\n[broker]\n{broker}\n[store]\n{store}\n'
        f'[keys]\nroom_private_key = "{folder}/room.key"\nboxes_dir = "{folder}"\n'
        f"[map]\nlat = 52.2\nlon = 0.12\n[console]\nport = {free_port()}\n"
    )
    return folder / "room.toml"
