"""What can go wrong between two hosts, in Node's names and in words that tell what to do."""

from __future__ import annotations

import errno
import socket
import ssl
from http.client import HTTPException

from paceline.errors import RequestError
from paceline.transport.addresses import without_user

# X509_V_ERR_* of OpenSSL (x509_vfy.h) by the names that Node gives them (src/crypto/crypto_common.cc).
_CERTIFICATE_CODES = {
    9: "CERT_NOT_YET_VALID",
    10: "CERT_HAS_EXPIRED",
    18: "DEPTH_ZERO_SELF_SIGNED_CERT",
    19: "SELF_SIGNED_CERT_IN_CHAIN",
    20: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    21: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    23: "CERT_REVOKED",
    62: "ERR_TLS_CERT_ALTNAME_INVALID",  # the name does not match
    64: "ERR_TLS_CERT_ALTNAME_INVALID",  # the IP address does not match
}
_RESET = "look into the log of the service or of the proxy before it: it closed the connection"
_FIXES = {
    "ECONNREFUSED": "start the service, or correct host and port of the URL",
    "ECONNRESET": _RESET,
    "EPIPE": _RESET,
    "ENOTFOUND": "check the spelling of the host, and whether this machine can resolve it",
    "EAI_AGAIN": "the name server did not answer: check the network of this machine and try again",
}


class WireError(Exception):
    """A failure of one hop, before it is known which request it was.

    Attributes:
        code: Node's name, see `RequestError`.
        what: what happened, without subject and full stop.
    """

    def __init__(self, code: str, what: str, fix: str) -> None:
        super().__init__(code, what, fix)
        self.code = code
        self.what = what
        self.fix = fix

    def of(self, method: str, url: str) -> RequestError:
        """The same, told of a request; user and password of the address are not shown."""
        return RequestError(f"{method} {without_user(url)}: {self.what}", fix=self.fix, code=self.code)


def connect_failure(
    error: OSError | HTTPException, host: str, port: int | None, seconds: float | None, *, is_proxy: bool
) -> WireError:
    """Why no connection came about."""
    place = f"{'the proxy ' if is_proxy else ''}{host}:{port}"
    if isinstance(error, TimeoutError):
        fix = "check host, port and firewall, or allow more time with --timeout-request"
        return WireError("ETIMEDOUT", f"{place} was not reached {_within(seconds)}", fix)
    if isinstance(error, ssl.SSLCertVerificationError):
        code = _CERTIFICATE_CODES.get(error.verify_code, "ECERT")
        fix = "if you trust it: name its root certificate with --ssl-extra-ca-certs, or do without the check (-k)"
        return WireError(code, f"the certificate of {place} cannot be trusted: {error.verify_message}", fix)
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        fix = "check that the port speaks TLS (https) at all, and in a version that is not outdated"
        return WireError("EPROTO", f"no TLS with {place}: {error.reason or error}", fix)
    if isinstance(error, socket.gaierror):
        code = "EAI_AGAIN" if error.errno == socket.EAI_AGAIN else "ENOTFOUND"
        return WireError(code, f"the host {host!r} is not known", _FIXES[code])
    if isinstance(error, HTTPException) or (
        is_proxy and error.errno is None
    ):  # an answer other than 200 to CONNECT (http.client, _tunnel)
        fix = "check the proxy's address, user and password in HTTP_PROXY, HTTPS_PROXY and NO_PROXY"
        return WireError("EPROXY", f"{place} does not connect: {error}", fix)
    code = _code(error)
    what = "refused the connection" if code == "ECONNREFUSED" else f"cannot be reached: {error.strerror or error}"
    return WireError(code, f"{place} {what}", _FIXES.get(code, "check the network between this machine and the host"))


def exchange_failure(error: OSError, seconds: float | None) -> WireError:
    """Why a connection did not carry the exchange to its end."""
    if isinstance(error, TimeoutError):
        fix = "make the service faster, or allow more time with --timeout-request"
        return WireError("ESOCKETTIMEDOUT", f"no complete answer {_within(seconds)}", fix)
    code = _code(error)
    return WireError(code, f"the connection broke: {error.strerror or error}", _FIXES.get(code, _RESET))


def _within(seconds: float | None) -> str:
    return "in the time that the system allows" if seconds is None else f"within {seconds:g} s"


def _code(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return "ECONNRESET" if isinstance(error, ssl.SSLEOFError) else "EPROTO"
    return errno.errorcode.get(error.errno or 0, "ECONNRESET")
