"""Plugins for the reference server, one for every kind of outcome."""

import asyncio
import os
import sys

from cpex.framework import Plugin, PluginViolation
from cpex.framework.errors import PluginError, PluginViolationError
from cpex.framework.hooks.agents import AgentPostInvokeResult, AgentPreInvokeResult
from cpex.framework.hooks.http import (
    HttpAuthCheckPermissionResult,
    HttpAuthCheckPermissionResultPayload,
    HttpAuthResolveUserResult,
    HttpHeaderPayload,
    HttpPostRequestResult,
    HttpPreRequestResult,
)
from cpex.framework.hooks.prompts import PromptPosthookResult, PromptPrehookResult
from cpex.framework.hooks.resources import ResourcePostFetchResult, ResourcePreFetchResult
from cpex.framework.hooks.tools import ToolPostInvokeResult, ToolPreInvokeResult
from cpex.framework.models import PluginErrorModel


class Echo(Plugin):
    """Allows everything; all hooks but the first hand the payload back."""

    async def tool_pre_invoke(self, payload, context):
        return ToolPreInvokeResult()

    async def tool_post_invoke(self, payload, context):
        return ToolPostInvokeResult(modified_payload=payload)

    async def prompt_pre_fetch(self, payload, context):
        return PromptPrehookResult(modified_payload=payload)

    async def prompt_post_fetch(self, payload, context):
        return PromptPosthookResult(modified_payload=payload)

    async def resource_pre_fetch(self, payload, context):
        return ResourcePreFetchResult(modified_payload=payload, metadata={"seen": payload.uri})

    async def resource_post_fetch(self, payload, context):
        return ResourcePostFetchResult(modified_payload=payload)

    async def agent_pre_invoke(self, payload, context):
        return AgentPreInvokeResult(modified_payload=payload)

    async def agent_post_invoke(self, payload, context):
        return AgentPostInvokeResult(modified_payload=payload)


class Rewrite(Plugin):
    """Replaces one word by another in all arguments that are texts."""

    def replaced(self, payload):
        words = self.config.config or {}

        def swap(value):
            return value.replace(words["find"], words["put"]) if isinstance(value, str) else value

        args = {key: swap(value) for key, value in (payload.args or {}).items()}
        return payload.model_copy(update={"args": args})

    async def tool_pre_invoke(self, payload, context):
        return ToolPreInvokeResult(modified_payload=self.replaced(payload), metadata={"rewritten": True})

    async def prompt_pre_fetch(self, payload, context):
        return PromptPrehookResult(modified_payload=self.replaced(payload))


class Block(Plugin):
    """Blocks: tools with a violation that has every field, prompts without one."""

    async def tool_pre_invoke(self, payload, context):
        violation = PluginViolation(
            reason="Denied word",
            description=f"tool {payload.name} is not allowed",
            code="BLOCKED",
            details={"tool": payload.name, "n": 1},
            mcp_error_code=-32602,
            http_status_code=403,
            http_headers={"X-Blocked": "1"},
        )
        return ToolPreInvokeResult(
            continue_processing=False, violation=violation, metadata={"blocker": "fixture"}
        )

    async def prompt_pre_fetch(self, payload, context):
        return PromptPrehookResult(continue_processing=False)


class Raise(Plugin):
    """Raises. The name of the tool says what."""

    async def tool_pre_invoke(self, payload, context):
        if payload.name == "plugin_error":
            raise PluginError(
                error=PluginErrorModel(
                    message="typed failure",
                    plugin_name=self.name,
                    code="E_TYPED",
                    details={"why": "fixture"},
                    mcp_error_code=-32001,
                )
            )
        if payload.name == "violation_error":
            violation = PluginViolation(reason="r", description="d", code="C")
            raise PluginViolationError("raised violation", violation=violation)
        if payload.name == "session_terminated":
            note_in(payload.args, "ran")
            raise ValueError("the user session was terminated")
        raise ValueError("plain failure")


class Mutate(Plugin):
    """The one hook writes into every part of the context, the other empties it."""

    async def tool_pre_invoke(self, payload, context):
        context.state["count"] = context.state.get("count", 0) + 1
        context.metadata["touched"] = True
        context.global_context.state["shared"] = payload.name
        context.global_context.metadata["gmeta"] = "set-by-plugin"
        context.global_context.tenant_id = "changed-tenant"
        return ToolPreInvokeResult()

    async def tool_post_invoke(self, payload, context):
        context.state.clear()
        context.metadata.clear()
        context.global_context.state.clear()
        return ToolPostInvokeResult()


class Slow(Plugin):
    """Takes as long as the arguments say, and says in which process."""

    async def tool_pre_invoke(self, payload, context):
        ms = (payload.args or {}).get("ms", (self.config.config or {}).get("ms"))
        note_in(payload.args, "begun")
        await asyncio.sleep(ms / 1000)
        return ToolPreInvokeResult(metadata={"slept_ms": ms, "pid": os.getpid()})


class Die(Plugin):
    """Ends the server; with `args.once`, the path of a file, only if there is no such file yet."""

    async def tool_pre_invoke(self, payload, context):
        once = (payload.args or {}).get("once")
        if once and os.path.exists(once):
            return ToolPreInvokeResult()
        if once:
            note_in({"notes": once}, "died")
        os._exit(3)


class Noisy(Plugin):
    """Prints to standard output, which belongs to the protocol."""

    async def tool_pre_invoke(self, payload, context):
        print("noise on standard output", flush=True)
        print("noise on standard error", file=sys.stderr, flush=True)
        return ToolPreInvokeResult()


class Web(Plugin):
    """The hooks of HTTP requests."""

    async def http_pre_request(self, payload, context):
        headers = {**payload.headers.root, "x-fixture": "1"}
        return HttpPreRequestResult(modified_payload=HttpHeaderPayload(headers))

    async def http_post_request(self, payload, context):
        headers = {"x-status": str(payload.status_code)}
        return HttpPostRequestResult(modified_payload=HttpHeaderPayload(headers))

    async def http_auth_resolve_user(self, payload, context):
        user = {"email": "a@example.com", "is_admin": False}
        return HttpAuthResolveUserResult(modified_payload=user)

    async def http_auth_check_permission(self, payload, context):
        decision = HttpAuthCheckPermissionResultPayload(granted=payload.is_admin, reason="fixture")
        return HttpAuthCheckPermissionResult(modified_payload=decision)


def note_in(args, line):
    """Appends a line to the file `args.notes`, for tests that count what happened."""
    notes = (args or {}).get("notes")
    if notes:
        with open(notes, "a", encoding="utf-8") as file:
            file.write(f"{line}\n")
