"""Plugins for the hooks that only the newer generation has, and registers only where they are imported."""

from cpex.framework import Plugin
from cpex.framework.decorator import hook
from cpex.framework.extensions.security import SubjectExtension
from cpex.framework.hooks.identity import (
    DelegationResult,
    IdentityResolveResult,
    IdentityResult,
    TokenDelegateResult,
)
from cpex.framework.hooks.message import CmfHookType, MessageHookType, MessageResult


class Messages(Plugin):
    """Hands every message back."""

    @hook([MessageHookType.EVALUATE, *CmfHookType])
    async def hand_back(self, payload, context):
        return MessageResult(modified_payload=payload)


class Identity(Plugin):
    """Knows who has which token, and delegates it to anybody."""

    async def identity_resolve(self, payload, context):
        token = payload.raw_token.get_secret_value()
        if token != "letmein":
            return IdentityResolveResult(
                modified_payload=IdentityResult(rejected=True, reject_status=403, reject_reason=f"not {token}")
            )
        subject = SubjectExtension(id="u1", type="user", claims={"via": payload.source})
        return IdentityResolveResult(modified_payload=IdentityResult(subject=subject, raw_claims={"n": None}))

    async def token_delegate(self, payload, context):
        bearer = payload.bearer_token.get_secret_value() if payload.bearer_token else "nothing"
        result = DelegationResult(
            delegated_token=f"{bearer} for {payload.target_name}",
            forwarded_headers={"x-audience": payload.target_audience or "none"},
            cache_ttl=60,
        )
        return TokenDelegateResult(modified_payload=result)
