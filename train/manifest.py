"""The shipped models' manifest: in goes an entry, written is the file."""

import json
import subprocess
from pathlib import Path
from typing import Any

from edge.vision.weights import MANIFEST


def enter(folder: Path, name: str, entry: dict[str, Any]) -> None:
    """Puts or replaces one model's entry in the folder's manifest.json."""
    manifest = folder / MANIFEST
    models = json.loads(manifest.read_text()) if manifest.exists() else {}
    models[name] = entry
    manifest.write_text(json.dumps(models, indent=2, sort_keys=True) + "\n")


def commit() -> str:
    """The commit that this tree is at, or "unknown" outside a repository."""
    answer = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "unknown"
