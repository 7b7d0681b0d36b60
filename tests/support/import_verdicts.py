"""Runs the import contracts over a copied tree, as it is and with forbidden lines planted in it.

A program of its own: import-linter finds packages by importing them, and the tests' process has
imported the real ones. Reads plantings as JSON on stdin, answers the broken contracts of each.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from importlinter import configuration
from importlinter.application import use_cases


def broken_contracts(config: Path) -> list[str]:
    """Names of the contracts that the tree below the working folder breaks."""
    options = use_cases.read_user_options(config_filename=str(config))
    use_cases._register_contract_types(
        options
    )  # what lint_imports does before it asks for a report
    report = use_cases.create_report(options, limit_to_contracts=(), cache_dir=None)
    assert not report.could_not_run, report.invalid_contract_options
    return [
        contract.name for contract, check in report.get_contracts_and_checks() if not check.kept
    ]


def with_planted(tree: Path, files: dict[str, str]) -> list[str]:
    """Names of the contracts that break while these files stand in the tree."""
    made = [tree / name for name in files]
    try:
        for path, text in zip(made, files.values(), strict=True):
            assert not path.exists(), path
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return broken_contracts(tree / ".importlinter")
    finally:
        for path in made:
            path.unlink(missing_ok=True)


def main() -> None:
    """Answer {planting: [broken contract, ...]} for stdin's {planting: {file: text}}."""
    configuration.configure()
    tree = Path.cwd()
    sys.path.insert(0, str(tree))
    plantings = json.load(sys.stdin)
    json.dump({name: with_planted(tree, files) for name, files in plantings.items()}, sys.stdout)


if __name__ == "__main__":
    main()
