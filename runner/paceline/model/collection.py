"""A collection exactly as written: every `{{variable}}` is still a template.

The vocabulary is that of Postman's collection schema v2.1.0; older files are brought to it when they are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Literal

from paceline.errors import Location
from paceline.model.variables import Variable

Listen = Literal["prerequest", "test"]
BodyMode = Literal["raw", "urlencoded", "formdata", "file", "graphql"]


@dataclass(frozen=True, slots=True)
class Script:
    """Source text that runs before the request (`prerequest`) or after its response (`test`).

    Attributes:
        at: place of the source in its file.
    """

    listen: Listen
    source: str
    id: str = ""
    enabled: bool = True
    at: Location = Location()


@dataclass(frozen=True, slots=True)
class Param:
    """A key and a value: a header, a query parameter, a path variable or an urlencoded field.

    Attributes:
        value: None for a query parameter without `=` (`?flag`).
    """

    key: str
    value: str | None = None
    enabled: bool = True
    at: Location = Location()


@dataclass(frozen=True, slots=True)
class FormPart:
    """A part of a multipart form.

    Attributes:
        sources: paths of the files of a file part, as written; several make several parts of the same name.
        value: the text of a text part; for a file part without a source the file's content in base64.
        file_name: the name to tell the server instead of the file's own.
    """

    key: str
    type: Literal["text", "file"] = "text"
    value: str | None = None
    sources: tuple[str, ...] = ()
    content_type: str | None = None
    file_name: str | None = None
    enabled: bool = True
    at: Location = Location()


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries. Only the fields of its mode matter.

    Attributes:
        raw: text of mode `raw`.
        language: `options.raw.language`, which decides the Content-Type when no header does.
        params: fields of mode `urlencoded`.
        parts: parts of mode `formdata`.
        source: path of the file of mode `file`; `content` is its content in base64 where there is no path.
        query, operation_name, variables: mode `graphql`; variables are text (JSON, perhaps with templates)
            or a JSON value.
    """

    mode: BodyMode
    raw: str = ""
    language: str | None = None
    params: tuple[Param, ...] = ()
    parts: tuple[FormPart, ...] = ()
    source: str | None = None
    content: str | None = None
    query: str = ""
    operation_name: str | None = None
    variables: Any = None
    enabled: bool = True
    at: Location = Location()


@dataclass(frozen=True, slots=True)
class Auth:
    """How a request proves who it is from: Postman's type name (`basic`, `noauth`, ...) and its parameters in order."""

    type: str
    params: tuple[tuple[str, Any], ...] = ()
    at: Location = Location()

    def get(self, key: str, default: Any = None) -> Any:
        """The last parameter of this name, as Postman's lookup takes it."""
        return dict(self.params).get(key, default)


@dataclass(frozen=True, slots=True)
class Url:
    """An address in its parts, before substitution and encoding.

    Attributes:
        protocol: without `://`; None when not written.
        auth: user and password; the password is None when no `:` follows the user.
        host: the labels between the dots; templates count as labels.
        path: the segments after each `/`; None when there is not even a first `/`.
        hash: the fragment without `#`; never sent.
        variables: values of the `:name` segments.
        raw: the address as one text, when the file gives it as text; the parts, save for `variables`, are then empty.
    """

    protocol: str | None = None
    auth: tuple[str, str | None] | None = None
    host: tuple[str, ...] = ()
    port: str | None = None
    path: tuple[str, ...] | None = None
    query: tuple[Param, ...] = ()
    hash: str | None = None
    variables: tuple[Param, ...] = ()
    raw: str | None = None
    at: Location = Location()


@dataclass(frozen=True, slots=True)
class RequestTemplate:
    """A request as written, or with its variables substituted: the same shape before and after.

    Attributes:
        auth: None inherits from the folder, then from the collection; type `noauth` stops the inheritance.
    """

    url: Url
    method: str = "GET"
    headers: tuple[Param, ...] = ()
    body: Body | None = None
    auth: Auth | None = None
    description: str = ""
    at: Location = Location()


@dataclass(frozen=True, slots=True)
class Item:
    """One request of a collection with its scripts.

    Attributes:
        id: the file's id for it, or one made from its place, the same at every load.
        behavior: `protocolProfileBehavior`, with what the folders and the collection say already merged in.
        source: the JSON of the item in the form of schema v2.1.0, for reports and scripts; never changed.
        unsupported: why it cannot be sent, so that it is always skipped; empty when it can.
    """

    id: str
    name: str
    request: RequestTemplate
    scripts: tuple[Script, ...] = ()
    behavior: Mapping[str, Any] = field(default_factory=dict)
    at: Location = Location()
    source: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    unsupported: str = ""


@dataclass(frozen=True, slots=True)
class Folder:
    """A group of items and folders; its scripts and auth hold for all within."""

    id: str
    name: str
    children: tuple[Folder | Item, ...] = ()
    scripts: tuple[Script, ...] = ()
    auth: Auth | None = None
    at: Location = Location()


def stem_of(file: str | PurePath) -> str:
    """The name of a collection's file without what all such files end in.

    >>> stem_of("shop/orders.postman_collection.json")
    'orders'
    """
    return PurePath(file).name.removesuffix(".json").removesuffix(".postman_collection")


@dataclass(frozen=True, slots=True)
class Collection:
    """A whole collection.

    Attributes:
        at: its file; of schema v3 its folder.
        variables: the collection scope; folder variables do not exist at run time (postman-runtime,
            lib/runner/index.js).
        source: the JSON of the collection in the form of schema v2.1.0.

    >>> import paceline
    >>> orders = paceline.load_collection("orders.postman_collection.json")
    >>> [("/".join(folder.name for folder in folders), item.name) for folders, item in orders.items()]
    [('', 'list orders'), ('checkout', 'pay')]
    """

    id: str
    name: str
    children: tuple[Folder | Item, ...] = ()
    variables: tuple[Variable, ...] = ()
    scripts: tuple[Script, ...] = ()
    auth: Auth | None = None
    at: Location = Location()
    source: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def stem(self) -> str:
        """What contracts, cassettes and suites call it: the name of its file without what all such files end in.

        >>> Collection("1", "Orders", at=Location("shop/orders.postman_collection.json")).stem
        'orders'
        """
        return stem_of(self.at.file)

    def items(self) -> Iterator[tuple[tuple[Folder, ...], Item]]:
        """Every item in collection order, each with the folders it lies in, outermost first.

        Walks without recursion, so that a collection a thousand folders deep is no special case.
        """
        stack: list[tuple[tuple[Folder, ...], Iterator[Folder | Item]]] = [((), iter(self.children))]
        while stack:
            path, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
            elif isinstance(child, Folder):
                stack.append(((*path, child), iter(child.children)))
            else:
                yield path, child
