"""The ways in which a secret may turn up in what a service, a script or a report writes."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in a URL": quote,
    "in a URL, everything": lambda secret: quote(secret, safe=""),
    "in a URL, small letters": lambda secret: re.sub("%..", lambda code: code[0].lower(), quote(secret, safe="")),
    "in a form": quote_plus,
    "in JSON": lambda secret: json.dumps(secret, ensure_ascii=False),
    "in JSON, ASCII": json.dumps,
    "in JSON, as PHP": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "in JSON, as .NET": lambda secret: json.dumps(secret).replace("+", "\\u002B").replace("&", "\\u0026"),
    "in JSON in JSON": lambda secret: json.dumps(json.dumps(secret)),
    "a URL in JSON": lambda secret: json.dumps(quote(secret)),
    "in XML": html.escape,
    "in XML, by number": lambda secret: re.sub(r"[^\w.-]", lambda each: f"&#{ord(each[0])};", secret),
    "in base64": lambda secret: b64encode(secret.encode()).decode(),
    "in Basic, short user": lambda secret: b64encode(f"u:{secret}".encode()).decode(),
    "in Basic, longer user": lambda secret: b64encode(f"eve:{secret}".encode()).decode(),
    "in Basic, longer still": lambda secret: b64encode(f"evan:{secret}".encode()).decode(),
    "in the middle of base64": lambda secret: b64encode(f"eve:{secret}:more".encode()).decode(),
    "in base64 for URLs": lambda secret: urlsafe_b64encode(f"u:{secret}".encode()).decode(),
}
