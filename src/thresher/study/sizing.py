"""How many seeds a job trains, where the study leaves it to us."""

AUTO = "auto"
_MOST_BLOCKS = 2000


def seeds_per_job(arms: int, seeds: int, lane_width: int = 1) -> int:
    """Choose a multiple of the lane width, from the study alone.

    Neither cores nor timings count: on another machine, everything would be trained again. It is
    the lane width times the smallest power of two with which there are at most 2,000 blocks, so
    that more seeds seldom change it.

    Examples
    --------
    >>> seeds_per_job(8, 32, 32), seeds_per_job(20, 10_000, 32), seeds_per_job(2, 100)
    (32, 128, 1)
    """
    chosen = lane_width
    while arms * -(-seeds // chosen) > _MOST_BLOCKS and chosen < seeds:
        chosen *= 2
    return chosen
