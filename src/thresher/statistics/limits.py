"""Numbers below which a statistic is not given, each in one place."""

# Runs (pairs) that a band around a mean curve needs.
FEWEST_FOR_BAND = 6
