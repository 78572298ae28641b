"""Does with the reference's client what the lines of standard input say, and answers each with one line.

All is done in one task: over HTTP this client can only connect again in the task that has initialised it. For the same
reason several of them are shut down in reverse order.
"""

import asyncio
import json
import logging
import sys
import warnings

from cpex.framework import PluginConfig, PluginContext
from cpex.framework.errors import PluginError
from cpex.framework.external.mcp.client import ExternalPlugin
from cpex.framework.hooks.registry import get_hook_registry

LIMIT_SECONDS = 30


class Driver:
    def __init__(self):
        self.plugins = {}

    async def initialise(self, plugin, mcp):
        client = ExternalPlugin(PluginConfig(name=plugin, kind="external", mcp=mcp))
        try:
            await client.initialize()
        except PluginError as error:
            return {"error": error.error.model_dump(mode="json")}
        self.plugins[plugin] = client
        return {"config": client.config.model_dump(mode="json"), **self.session_of(plugin)}

    def session_of(self, plugin):
        return {"session": self.plugins[plugin]._session_id}

    async def invoke(self, plugin, hook, payload, context):
        typed = PluginContext.model_validate(context)
        try:
            result = await self.call(plugin, hook, payload, typed)
            outcome = {"result": result.model_dump(mode="json")}
        except PluginError as error:
            outcome = {"error": error.error.model_dump(mode="json")}
        return {**outcome, "context": typed.model_dump(mode="json"), **self.session_of(plugin)}

    async def call(self, plugin, hook, payload, context):
        # Not wait_for: before Python 3.12 that makes a task of its own.
        async with asyncio.timeout(LIMIT_SECONDS):
            typed = get_hook_registry().json_to_payload(hook, payload)
            return await self.plugins[plugin].invoke_hook(hook, typed, context)

    async def burst(self, plugin, count, at_a_time):
        """Makes many calls, and counts those that are answered with what belongs to them."""
        numbers = iter(range(count))
        right = 0

        async def caller():
            nonlocal right
            for n in numbers:
                payload = {"name": "greet", "args": {"text": f"bad {n}", "n": n}}
                context = PluginContext.model_validate({"global_context": {"request_id": f"{n}"}})
                result = await self.call(plugin, "tool_pre_invoke", payload, context)
                right += result.modified_payload.args == {"text": f"good {n}", "n": n}

        await asyncio.gather(*(caller() for _ in range(at_a_time)))
        return {"right": right}

    async def shutdown(self, plugin):
        async with asyncio.timeout(LIMIT_SECONDS):
            await self.plugins.pop(plugin).shutdown()
        return {}


async def main():
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore", DeprecationWarning)
    driver = Driver()
    while line := sys.stdin.readline():
        command = json.loads(line)
        try:
            answer = await getattr(driver, command.pop("do"))(**command)
        except BaseException as error:  # this client also fails with CancelledError
            answer = {"exception": repr(error)}
        print(json.dumps(answer), flush=True)


asyncio.run(main())
