"""The house style's figures: prints them and fails where one is missed."""

import ast
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
ROOMS = ("wire", "edge", "ingest", "dashboard", "sim", "train", "bench")
FILE_MAX, FILE_MOST, FUNCTION_MOST = 450, 300, 40


@dataclass(frozen=True)
class Numbers:
    """Lines of each product file and of each function in them; a script language file counts among the files."""

    files: dict[str, int]
    functions: dict[str, int]

    def breaches(self) -> list[str]:
        long_files = [f"{name} has {n} lines (at most {FILE_MAX})" for name, n in self.files.items() if n > FILE_MAX]
        return long_files + [
            f"{what}: {value:.0f} (limit {limit})" for what, value, limit, bad in self.table() if bad(value, limit)
        ]

    def table(self) -> list[tuple[str, float, float, "Bad"]]:
        files, functions = list(self.files.values()), list(self.functions.values())
        return [
            ("median lines of a file", median(files), 120, above),
            ("% of files within 300 lines", share(files, FILE_MOST), 90, below),
            ("longest file", max(files), FILE_MAX, above),
            ("median lines of a function", median(functions), 10, above),
            ("% of functions within 40 lines", share(functions, FUNCTION_MOST), 95, below),
        ]


def above(value: float, limit: float) -> bool:
    return value > limit


def below(value: float, limit: float) -> bool:
    return value < limit


Bad = type(above)


def share(sizes: list[int], limit: int) -> float:
    return 100 * sum(n <= limit for n in sizes) / len(sizes)


def measure() -> Numbers:
    """Over the files that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *ROOMS, "airbeat.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    sources = [name for name in listed if name.endswith((".py", ".ts", ".tsx")) and (ROOT / name).is_file()]
    texts = {name: (ROOT / name).read_text() for name in sources if not name.endswith("__init__.py")}
    functions = {key: n for name, text in texts.items() if name.endswith(".py") for key, n in spans(name, text)}
    return Numbers({name: text.count("\n") for name, text in texts.items()}, functions)


def spans(name: str, text: str) -> list[tuple[str, int]]:
    nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [(f"{name}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1) for node in nodes]


def main() -> int:
    numbers = measure()
    print(f"house numbers: {len(numbers.files)} files, {len(numbers.functions)} functions")
    for what, value, limit, _ in numbers.table():
        print(f"  {what:<32}{value:7.1f}   limit {limit:g}")
    breaches = numbers.breaches()
    for breach in breaches:
        print(f"house numbers: {breach}", file=sys.stderr)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
