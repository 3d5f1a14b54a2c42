"""Runs of the benchmark's job to be killed: one process forked for every line on stdin.

    python kill_job.py BASE_URL CONNECTIONS WORKSPACE QUESTIONS

A line names the run; printed are the process id at once, and `waitpid`'s status at its end.
Forking saves importing everything anew eleven times. The parent opens no store and no loop.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import aiohttp  # noqa: F401 - imported once here rather than by every run

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import mingan_job

url, connections, workspace, count = sys.argv[1:]
for line in sys.stdin:
    process = os.fork()
    if not process:
        done = asyncio.run(
            mingan_job.main(url, int(connections), workspace, line.strip(), int(count))
        )
        os._exit(0 if done.state == "finished" else 1)
    print(process, flush=True)
    print(os.waitpid(process, 0)[1], flush=True)
