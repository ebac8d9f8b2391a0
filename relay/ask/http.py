"""The route that looks for moments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from glasses.wire.video import SearchAnswer, SearchRequest
from relay.auth.gate import who
from relay.exchange import MalformedRequestError, answer, body

MOST_LETTERS = 500
MOST_CORRECTIONS = 20

Find = Callable[[str, SearchRequest], Awaitable[SearchAnswer]]
"""(user_id, what is looked for) -> the account's videos that fit, and how the words were read."""


class AskHttp:
    def __init__(self, find: Find) -> None:
        self._find = find

    async def search(self, request: web.Request) -> web.Response:
        asked = await body(request, SearchRequest)
        spoken = [asked.query, *asked.corrections]
        if len(asked.corrections) > MOST_CORRECTIONS or max(map(len, spoken)) > MOST_LETTERS or not 1 <= asked.limit <= 200:
            raise MalformedRequestError(
                f"query and each of at most {MOST_CORRECTIONS} corrections: at most {MOST_LETTERS} letters; limit: 1 to 200"
            )
        return answer(await self._find(who(request).user_id, asked))
