"""The limit: nothing but asyncio, aiohttp and `in`. No retries, no store, no reasons.

python benchmarks/bare.py BASE_URL CONNECTIONS
"""

from __future__ import annotations

import asyncio
import json
import sys

import aiohttp
from job import COUNT, prompt, reference


async def main(base_url: str, connections: int) -> None:
    url = f"{base_url}/chat/completions"
    queue = iter(range(COUNT))
    right = asked = 0

    async def worker(session: aiohttp.ClientSession) -> None:
        nonlocal right, asked
        for index in queue:
            body = {
                "model": "mock",
                "messages": [{"role": "user", "content": prompt(index)}],
                "temperature": 0,
                "max_tokens": 64,
            }
            async with session.post(url, json=body) as response:
                text = (await response.json())["choices"][0]["message"]["content"]
            asked += 1
            right += reference(index) in text

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(worker(session) for _ in range(connections)))
    print(json.dumps({"asked": asked, "score": right / asked}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
