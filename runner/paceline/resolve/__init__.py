"""From a template to a request on the wire: scopes, substitution, URL, body, authorization. Pure, but for `uploads`."""
