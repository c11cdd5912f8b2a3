"""A name that changes with what it names, so that nothing stale is gone on with."""

from __future__ import annotations

import hashlib
import json


def digest(*what: object) -> str:
    """Twelve hexadecimal digits that depend on every one of these numbers, texts, lists and mappings."""
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:12]
