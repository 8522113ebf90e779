"""The run itself: a generator of events. It knows collections, scopes, transport and scripts; no report."""
