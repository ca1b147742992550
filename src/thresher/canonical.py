"""JSON in one spelling: equal content is an equal string."""

import json
from typing import Any


def canonical(content: Any) -> str:
    """Write JSON with sorted keys and no spaces; numbers that are not finite are refused.

    Examples
    --------
    >>> canonical({"b": 1, "a": [True, None]})
    '{"a":[true,null],"b":1}'
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
