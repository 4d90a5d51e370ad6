"""ID tokens (OpenID Connect Core 1.0 §3.1.3.7): signature, issuer, audience, times and nonce."""

from __future__ import annotations

from contextlib import suppress
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final

with suppress(ImportError):  # an extra: settings ask for no provider without it
    import jwt

if TYPE_CHECKING:
    from ticker.accounts.provider import Provider

# Asymmetric ones only (RFC 8725 §3.1): neither `none`, nor a secret that a public key could be.
ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
# Clock skew between the provider and us.
LEEWAY_SECONDS: Final = 60
_NEEDED: Final = ("iss", "sub", "aud", "exp", "iat")
_SUBJECT_MAX: Final = 255
_TOKEN_MAX: Final = 64 * 1024


class UntrustedTokenError(Exception):
    """A token that proves nothing; the message says why."""


async def verify(token: object, provider: Provider, client_id: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token that this provider made for this client and this login.

    Args:
        token: As the token endpoint gave it.
        provider: Whose it must be.
        client_id: For whom it must be.
        nonce: Of the login that it must be for.

    Raises:
        UntrustedTokenError: It is not, or it has expired.
        ProviderAwayError: It cannot be asked for its keys.
    """
    if not isinstance(token, str) or len(token) > _TOKEN_MAX:
        raise UntrustedTokenError("there is no ID token")
    try:
        keys = await provider.keys(jwt.get_unverified_header(token).get("kid"))
        claims = _decode(token, keys, provider.issuer, client_id)
    except jwt.PyJWTError as error:
        raise UntrustedTokenError(f"{type(error).__name__}: {error}") from error
    _check_party(claims, client_id)
    given = claims.get("nonce")
    if not isinstance(given, str) or not compare_digest(given.encode(), nonce.encode()):
        raise UntrustedTokenError("the nonce is not that of this login")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= _SUBJECT_MAX:
        raise UntrustedTokenError("sub is no subject")
    return claims


def _decode(token: str, keys: list[jwt.PyJWK], issuer: str, client_id: str) -> dict[str, Any]:
    """The claims, if one of these keys has signed them.

    Raises:
        PyJWTError: None has, or a claim is wrong.
    """
    fault: jwt.PyJWTError = jwt.InvalidSignatureError("no key of the provider's has this id")
    for key in keys:
        try:
            # The key alone: a JWK may say nothing of its algorithm, and the list above decides.
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=list(ALGORITHMS),
                audience=client_id,
                issuer=issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": list(_NEEDED)},
            )
        except (jwt.InvalidSignatureError, jwt.InvalidKeyError) as error:
            fault = error
        else:
            return claims
    raise fault


def _check_party(claims: dict[str, Any], client_id: str) -> None:
    """Authorized party: a token for several is for us if it says so, and for another if it does.

    Raises:
        UntrustedTokenError: It is not for us.
    """
    audience = claims["aud"]
    others = isinstance(audience, list) and any(it != client_id for it in audience)
    if ("azp" in claims or others) and claims.get("azp") != client_id:
        raise UntrustedTokenError("azp is another client")
