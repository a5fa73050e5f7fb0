"""The Server API against its own document: schemathesis calls it with whatever the document allows and forbids.

No fault of the server (500), every reply as described, what is forbidden refused, no call without credentials answered,
nothing found after it was deleted. A few examples in `make test`;
`BOTS_EXAMPLES=200 pytest tests/e2e/test_server_api_fuzzed.py` looks longer.
"""

import asyncio
import os
import re
import sys
from pathlib import Path

from bots.server import RoomServer
from bots.server.provisioning.operations import OPERATIONS

EXAMPLES = int(os.environ.get("BOTS_EXAMPLES", "8"))
CONFIG = """
[[operations]]
include-path-regex = "period"
checks.positive_data_acceptance.expected-statuses = [200, 400]  # a period may be the wrong way round: no schema says so
"""
MOST_S = 240 + 10 * EXAMPLES


async def test_the_server_api_is_what_it_says_of_itself(tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    async with RoomServer(app_id="app", app_key="key") as server:
        command = [
            *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{server.api_url}/openapi.json"),
            *("--auth", "app:key", "-n", str(EXAMPLES), "--seed", "1", "--continue-on-failure", "--no-color"),
            *("--warnings", "off", "--max-failures", "20"),
        ]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        try:
            async with asyncio.timeout(MOST_S):
                said = (await process.communicate())[0].decode()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    assert 0 == process.returncode, said
    tested = re.search(r"Tested: (\d+)", said)
    assert tested is not None, said
    assert len(OPERATIONS) == int(tested[1]), said
