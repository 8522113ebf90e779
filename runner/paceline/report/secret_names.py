"""Which names stand for secrets: the one place that decides it, for variables, headers, parameters and fields alike.

A name is taken apart into its words (`accessToken`, `ACCESS_TOKEN` and `access-token` are the same two). It names a
secret when one of them says so (`token`) or two in a row do (`api key`), unless the first or the last word tells that
it is about a secret and not the secret itself (`has_password`, `token_type`, `max_tokens`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

#: A word that ends so is a secret: also `userpassword`, `csrftoken` and `PHPSESSID`, where no seam is to be seen.
_ENDINGS: Final = tuple(
    "password passwords passwd passphrase passcode pwd passwort kennwort contraseña senha "
    "secret secrets token tokens jwt bearer credential credentials authorization "
    "apikey apikeys accesskey privatekey secretkey signingkey encryptionkey masterkey subscriptionkey authkey "
    "sessionid sessid sessionkey cookie cookies signature csrf xsrf".split()
)

#: Words too short to be looked for at the end of others.
_WORDS: Final = frozenset("pass pw otp totp sid hmac".split())

_PAIRS: Final = frozenset(
    tuple(pair.split())
    for pair in (
        "api key,api keys,access key,access keys,private key,signing key,encryption key,master key,shared key,"
        "account key,storage key,subscription key,functions key,function key,auth key,auth code,app key,"
        "application key,service key,session id,session ids,session key,session cookie"
    ).split(",")
)

#: Endings that are secrets although their last word is among the harmless ones.
_SECRET_TAILS: Final = (("session", "id"), ("session", "ids"), ("secret", "id"), ("access", "key", "id"))

_HARMLESS_LAST: Final = frozenset(
    "type types url urls uri endpoint href link host server service provider name names field label title description "
    "hint policy rules strength length len size count counts limit max min expiry expires expiration expired exp ttl "
    "lifetime age at in on to from date time timestamp created updated changed issued version used usage remaining "
    "required enabled disabled valid invalid validity verified missing status state method mode algorithm alg kind "
    "format pattern regex scope scopes audience issuer path domain prefix strategy placeholder message error reason id "
    "ids consent banner".split()
)

_HARMLESS_FIRST: Final = frozenset(
    "is has had no num number max min total count prompt completion input output cached reasoning used remaining allow "
    "allows use uses require requires show hide enable disable forgot next page continuation cursor".split()
)

#: Headers that only sound secret: Postman-Token is a fresh number for each request, the other is `true`.
_NEVER: Final = frozenset({"postman-token", "access-control-allow-credentials"})

#: Whoever names a secret has one of these in it, in lower case: tells quickly that a long text needs no closer look.
STEMS: Final = tuple(
    "pass pw kennwort contrase senha secret token jwt bearer cred auth key sess sid cookie signature csrf xsrf otp "
    "hmac".split()
)

_LONGEST_NAME: Final = 100
_SEAM: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W_]+")


@lru_cache(maxsize=8192)
def is_secret_name(name: str) -> bool:
    """Whether what has this name is a secret.

    >>> [is_secret_name(name) for name in ("apiKey", "X-Auth-Token", "user_password", "JSESSIONID", "session_id")]
    [True, True, True, True, True]
    >>> [is_secret_name(name) for name in ("user_id", "token_type", "maxTokens", "is_secret", "key", "passed")]
    [False, False, False, False, False, False]
    """
    if not name or len(name) > _LONGEST_NAME or name.lower() in _NEVER:
        return False
    words = [word.lower() for word in _WORD.findall(_SEAM.sub(" ", name))]
    words = [word.strip("0123456789") or word for word in words if not word.isdecimal()]
    if not words or words[0] in _HARMLESS_FIRST:
        return False
    if words[-1] in _HARMLESS_LAST:
        return any(tuple(words[-len(tail) :]) == tail for tail in _SECRET_TAILS)
    if any(word in _WORDS or word.endswith(_ENDINGS) for word in words):
        return True
    return any(pair in _PAIRS for pair in pairwise(words))


def is_secret_header(name: str) -> bool:
    """Whether the whole value of a header is secret; `Cookie` and `Set-Cookie` are, but have readable parts."""
    return name.lower() == "x-auth" or is_secret_name(name)


def is_secret_parameter(auth_type: str, name: str) -> bool:
    """Whether a parameter of Postman's auth of this type is secret: `value` of an API key is by its place alone."""
    return (auth_type == "apikey" and name == "value") or is_secret_name(name)


def is_declared(type: object) -> bool:
    """Whether the type of a variable says that it is secret, whatever its name."""
    return isinstance(type, str) and type.lower() == "secret"
