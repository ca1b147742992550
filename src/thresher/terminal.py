"""Numbers for a terminal; without pandas, which a workflow would wait for."""


def duration(seconds: float) -> str:
    """Say a duration, to about two digits.

    Examples
    --------
    >>> duration(4.2), duration(250), duration(9000), duration(400_000)
    ('4 s', '4 min', '2.5 h', '4.6 days')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 36 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.1f} days"


def several(count: int, thing: str) -> str:
    """Count things.

    Examples
    --------
    >>> several(1, "run"), several(2000, "run")
    ('1 run', '2,000 runs')
    """
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def rate(value: float) -> str:
    """Say how many a second.

    Examples
    --------
    >>> rate(12345.6), rate(3.21)
    ('12,346', '3.2')
    """
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"
