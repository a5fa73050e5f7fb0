"""Are the locked packages free of known vulnerabilities? Asks the package index, by way of pip-audit.

A machine that cannot ask, or an index that does not know, fails nothing: it is said. Exit code 1: something is known.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
QUIET = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json")


def judge(out: str) -> tuple[int, list[str]]:
    """The exit code and what to say, of what pip-audit wrote; nothing where it could not ask."""
    if not out.strip():
        return 0, ["audit: the package index cannot be reached; nothing was looked up"]
    packages = json.loads(out)["dependencies"]
    asked = [package for package in packages if "skip_reason" not in package]
    known = [(package, found) for package in asked for found in package["vulns"]]
    said = [f"audit: {len(asked)} of {len(packages)} locked packages looked up, {len(known)} known vulnerabilities"]
    for package, found in known:
        mended = ", ".join(found["fix_versions"]) or "none yet"
        said.append(f"  {package['name']} {package['version']}: {found['id']}; mended in: {mended}")
    return int(bool(known)), said


def main() -> int:
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), *QUIET]
    out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    code, said = judge(out)
    sys.stdout.write("\n".join([*said, ""]))
    return code


if __name__ == "__main__":
    sys.exit(main())
