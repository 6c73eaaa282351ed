"""Check that a tag, galaxy.yml and the changelog agree, before a release: python scripts/release.py v1.2.3"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def faults(root: Path, tag: str) -> Iterator[str]:
    """Yield what keeps the version of a tag from being released."""
    version = str(yaml.safe_load((root / "galaxy.yml").read_text())["version"])
    releases = yaml.safe_load((root / "changelogs/changelog.yaml").read_text())["releases"]
    if tag != f"v{version}":
        yield f"The tag is {tag}, and version in galaxy.yml is {version}. Tag v{version}, or correct galaxy.yml."
    if version not in releases:
        yield f"The changelog has no version {version}. Run: antsibull-changelog release"
    if f"\nv{version}\n" not in (root / "CHANGELOG.rst").read_text():
        yield f"CHANGELOG.rst has no version {version}. Run: antsibull-changelog generate"
    if left := sorted(path.name for path in (root / "changelogs/fragments").glob("*.y*ml")):
        yield f"Fragments are left: {', '.join(left)}. Run: antsibull-changelog release --update-existing"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("Usage: python scripts/release.py v1.2.3")
    if found := list(faults(ROOT, sys.argv[1])):
        sys.exit("\n".join(found))
    print(f"{sys.argv[1]} can be released.")


if __name__ == "__main__":
    main()
