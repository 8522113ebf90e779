"""The live transport: requests go out over the network, are redirected by Postman's rules and keep their cookies."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import requests
from requests.utils import select_proxy

from paceline.errors import RequestError
from paceline.model.exchange import Exchange, HttpRequest, HttpResponse, SendOptions, StepKey, Trip
from paceline.resolve.randomness import Randomness
from paceline.transport.addresses import Address, split
from paceline.transport.connections import ExactAdapter, IncomingResponse, OutgoingRequest
from paceline.transport.cookies import CookieJar, not_asked_for
from paceline.transport.decoding import decode
from paceline.transport.failures import WireError
from paceline.transport.message import Deadline, Headers
from paceline.transport.redirects import location_of, next_request, too_many

# Newman writes Host before these when it adds them itself (postman-runtime, lib/requester/core.js; in postman-request,
# request.js: Content-Type of a form, Authorization from an address with user and password).
_AFTER_HOST = {"accept-encoding", "connection", "content-type", "authorization", "content-length"}


class LiveTransport:
    """Sends over the network. Safe to use from several threads; connections are kept and used again.

    Proxies and, instead of the certificates that `requests` brings, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE are taken
    from the environment as `requests` does.

    Args:
        jar: cookies to send and to keep; shared with whoever else holds it.
        ca_bundle: path of a PEM file of certificates that are trusted as well (Newman's `--ssl-extra-ca-certs`).
        trust_env: whether the environment counts.
        max_response_bytes: longer bodies, before or after decoding, are refused; None takes any.

    Raises:
        FileError: `ca_bundle` cannot be read.
    """

    def __init__(
        self,
        jar: CookieJar,
        *,
        ca_bundle: str | None = None,
        trust_env: bool = True,
        max_response_bytes: int | None = None,
    ) -> None:
        self.jar = jar
        self._limit = max_response_bytes
        self._proxies: dict[str, dict[str, str]] = {}
        self._session = requests.Session()
        self._session.trust_env = trust_env
        trusted = self._session.merge_environment_settings("https://localhost/", {}, None, None, None)["verify"]
        adapter = ExactAdapter(trusted if isinstance(trusted, str) else None, ca_bundle, max_response_bytes)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def send(self, request: HttpRequest, options: SendOptions, step: StepKey | None = None) -> Trip:
        """Send one request, follow its redirects and keep its cookies.

        Raises:
            RequestError: it could not be sent, or the response did not arrive whole. Codes are Node's where it has
                one: `ECONNREFUSED`, `ECONNRESET`, `ENOTFOUND`, `ETIMEDOUT` (no connection), `ESOCKETTIMEDOUT` (no
                complete answer), `DEPTH_ZERO_SELF_SIGNED_CERT` and the like; besides `EPROTO`, `EDECODE`,
                `EINVALIDURL`, `EREDIRECT`, `EPROXY`, `ERESPONSETOOLARGE`.
        """
        del step
        started = time.perf_counter()
        deadline = Deadline(options.timeout)
        hops: list[Exchange] = []
        first = request
        while True:
            hops.append(self._hop(request, options, deadline, started, hops[-1].request if hops else None))
            response = hops[-1].response
            location = location_of(response)
            if location is None or not options.follow_redirects:
                return Trip(tuple(hops), self.jar.for_url(request.url))
            if len(hops) > options.max_redirects:
                chain = [hop.request.url for hop in hops]
                raise too_many(first, [*chain, location], options.max_redirects)
            request = next_request(request, response.status, location, options)

    def randomness(self, step: StepKey) -> Randomness:  # noqa: ARG002  it is the same for all
        """Real chance and the real clock."""
        return Randomness()

    def close(self) -> None:
        """Give back the sockets."""
        self._session.close()

    def _hop(
        self,
        request: HttpRequest,
        options: SendOptions,
        deadline: Deadline,
        started: float,
        before: HttpRequest | None,
    ) -> Exchange:
        try:
            address = split(request.url)
        except RequestError as error:
            raise RequestError(f"{request.method} {error.what}", fix=error.fix, code=error.code) from error
        cookie = self.jar.header_for(request.url) if options.use_cookies else ""
        cookies_went = before is not None and any(name.lower() == "cookie" for name, _ in before.headers)
        authority = address.authority if options.add_host else None
        lines = complete_headers(request.headers, authority, cookie, cookies_went=cookies_went)
        outgoing = OutgoingRequest(request.method, address, lines, request.body, deadline)
        try:
            adapter = self._session.get_adapter(request.url)
            incoming = adapter.send(outgoing, stream=True, verify=options.strict_ssl, proxies=self._proxies_of(address))
            assert isinstance(incoming, IncomingResponse)
            answer = incoming.answer
            elapsed = (time.perf_counter() - started) * 1000
            codings = [value for name, value in answer.headers if name.lower() == "content-encoding"]
            body = decode(answer.body, ", ".join(codings), self._limit)
        except WireError as error:
            raise error.of(request.method, request.url) from error.__cause__
        received = [value for name, value in answer.headers if name.lower() == "set-cookie"]
        stored = self.jar.store(request.url, received) if options.use_cookies else not_asked_for(received)
        response = HttpResponse(
            status=answer.status,
            reason=answer.reason,
            headers=answer.headers,
            body=body,
            url=request.url,
            http_version=answer.version,
            elapsed_ms=elapsed,
            wire_bytes=len(answer.body),
        )
        sent = replace(request, headers=incoming.sent)
        return Exchange(sent, response, incoming.timings, stored.refused, stored.dropped)

    def _proxies_of(self, address: Address) -> dict[str, str]:
        """The proxy for an address, as a mapping for `requests`; looked up once for each host."""
        found = self._proxies.get(address.origin)
        if found is None:
            settings = self._session.merge_environment_settings(address.origin, {}, None, None, None)
            proxy = select_proxy(address.origin, settings["proxies"])
            found = self._proxies[address.origin] = {address.scheme: proxy} if proxy else {}
        return found


def complete_headers(headers: Headers, host: str | None, cookie: str, *, cookies_went: bool = False) -> Headers:
    """Every header that goes out: the given ones with Host and the jar's cookies in Newman's places.

    A Host of the user's own stays. The jar's cookies follow those that the user wrote, in the same header.

    Args:
        host: of the address; None adds no Host, which RFC 9112, section 3.2, forbids, so that a test can do just that.
        cookies_went: whether this is a redirect of a request that had cookies: Newman keeps their place then.
    """
    lines = list(headers)
    names = [name.lower() for name, _ in lines]
    if host is not None and "host" not in names:
        place = len(lines)
        while place and names[place - 1] in _AFTER_HOST:
            place -= 1
        lines.insert(place, ("Host", host))
        names.insert(place, "host")
    if cookie and "cookie" in names:
        own = [value for name, value in lines if name.lower() == "cookie"]
        place = names.index("cookie")
        lines[place] = (lines[place][0], "; ".join([*own, cookie]))
        rest = [line for line in lines[place + 1 :] if line[0].lower() != "cookie"]
        lines[place + 1 :] = rest
    elif cookie:
        lines.insert(_place_of_cookie(lines, cookies_went=cookies_went), ("Cookie", cookie))
    return tuple(lines)


def _place_of_cookie(lines: Sequence[tuple[str, str]], *, cookies_went: bool) -> int:
    """Last, but before what postman-request adds after it has asked the jar (request.js, redirect.js)."""
    names = [name.lower() for name, _ in lines]
    if cookies_went and names[-2:] == ["referer", "host"]:
        return len(lines) - 2
    if names[-1:] != ["content-length"]:
        return len(lines)
    is_multipart = any(name.lower() == "content-type" and value.startswith("multipart/") for name, value in lines)
    return len(lines) - 1 if is_multipart or lines[-1][1] == "0" else len(lines)
