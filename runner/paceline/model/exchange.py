"""A request as it goes on the wire, the response as it came, and the cookies between them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie as a jar keeps it (RFC 6265, section 5.3).

    Attributes:
        domain: lower case, without a leading dot.
        expires: unix seconds; None for a session cookie.
        host_only: sent to exactly `domain`, since the server named none.
        created: unix seconds; ties in path length are sent oldest first.
        extensions: attributes without a meaning for us, such as `Priority=High`, as the server wrote them.
    """

    name: str
    value: str
    domain: str
    path: str = "/"
    expires: float | None = None
    secure: bool = False
    http_only: bool = False
    host_only: bool = True
    same_site: str | None = None
    created: float = 0.0
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SendOptions:
    """How to send; the defaults are Postman's, save for the time-out, which Postman leaves infinite.

    Attributes:
        timeout: seconds for the whole exchange including redirects; None waits for ever.
        add_host: send a Host header where the request has none of its own.
        follow_redirects, max_redirects, follow_original_method, follow_authorization, remove_referer, strict_ssl,
        use_cookies: as the `protocolProfileBehavior` keys of similar names (postman-runtime,
            docs/protocol-profile-behavior.md).
    """

    timeout: float | None = 60.0
    follow_redirects: bool = True
    max_redirects: int = 10
    follow_original_method: bool = False
    follow_authorization: bool = False
    remove_referer: bool = False
    strict_ssl: bool = True
    use_cookies: bool = True
    add_host: bool = True


@dataclass(frozen=True, slots=True)
class StepKey:
    """Which step of a run a request belongs to: that is how a cassette finds its recording.

    Attributes:
        collection: stem of the collection's file, without `.postman_collection`.
        path: names of the folders, outermost first, and of the item.
        occurrence: how often the item ran before in this run.
        call: 0 for the item's own request, n for the nth `pm.sendRequest` of its scripts.
    """

    collection: str
    path: tuple[str, ...]
    occurrence: int = 0
    call: int = 0


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request ready to send: nothing in it is a template any more.

    Attributes:
        url: absolute and encoded.
        headers: (name, value) pairs in the order in which they go out; names may repeat. Without `Cookie` from the
            jar and `Host`, which the transport adds.
        body: the bytes to send; None sends no body at all.
        full_size: as of a response.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = field(default=None, repr=False)
    full_size: int | None = field(default=None, repr=False, compare=False)

    @property
    def size(self) -> int:
        """Length of the body in bytes as it was sent."""
        return len(self.body or b"") if self.full_size is None else self.full_size


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back.

    Attributes:
        headers: (name, value) pairs in wire order; names repeat (`Set-Cookie` must not be joined, RFC 9110, 5.3).
        body: after transfer coding and content coding are undone.
        url: the address that answered, after redirects.
        http_version: `1.0`, `1.1` or `2`.
        elapsed_ms: from before the first hop was sent to the last byte of the last hop; excludes scripts.
        wire_bytes: length of the body as transferred, before content coding is undone.
        full_size: length of the body where `body` is only what is left of it without its secrets; else None.
    """

    status: int
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    url: str = ""
    http_version: str = "1.1"
    elapsed_ms: float = 0.0
    wire_bytes: int = 0
    full_size: int | None = field(default=None, repr=False, compare=False)

    @property
    def size(self) -> int:
        """Length of the body in bytes as it came."""
        return len(self.body) if self.full_size is None else self.full_size

    def header(self, name: str) -> str | None:
        """The first header of this name, whatever its case; None when there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of one hop went: milliseconds of its phases, in the order in which they happen.

    An attempt over a kept connection that the server had closed meanwhile is not in them, only the one that succeeded.

    Attributes:
        dns: looking up the addresses of the host, or of the proxy; None, as `connect` and `tls`, for a connection that
            was kept from an earlier request.
        connect: until one of the addresses is connected, and by way of a proxy the host behind it.
        tls: the handshake; None without TLS as well.
        send: until the system has taken the request, which need not mean that the server has.
        wait: until the first byte that comes back, be it of an interim response (1xx).
        download: until the last byte.
        reused: whether the connection was kept from an earlier request.
    """

    dns: float | None
    connect: float | None
    tls: float | None
    send: float
    wait: float
    download: float
    reused: bool


@dataclass(frozen=True, slots=True)
class RefusedCookie:
    """A cookie of a response that the jar did not keep.

    Attributes:
        name: empty for a cookie without one.
        reason: plain words; they never hold the cookie's value.
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class DroppedCookie:
    """A cookie that was in the jar and is there no more; `domain`, `path` and `reason` as of the other records."""

    name: str
    domain: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One hop: a request exactly as it was sent, with every header that went out, and its response.

    Attributes:
        timings: None where they are not known, as when the response is a recorded one.
        refused_cookies: those that the response set and the jar did not keep, in the order of the headers.
        dropped_cookies: those of earlier responses that this one deleted.
    """

    request: HttpRequest
    response: HttpResponse
    timings: Timings | None = None
    refused_cookies: tuple[RefusedCookie, ...] = ()
    dropped_cookies: tuple[DroppedCookie, ...] = ()


@dataclass(frozen=True, slots=True)
class Trip:
    """A request with all its redirects: one hop or more, the last one holding the final response.

    Attributes:
        cookies: what the jar holds for the final URL after the last hop: what scripts see as `pm.cookies`
            (postman-runtime, lib/requester/requester.js).
    """

    hops: tuple[Exchange, ...]
    cookies: tuple[Cookie, ...] = ()

    @property
    def request(self) -> HttpRequest:
        """The request as first sent."""
        return self.hops[0].request

    @property
    def response(self) -> HttpResponse:
        """The final response."""
        return self.hops[-1].response
