"""Refusing events that can't be analysed, with the column and the value at fault."""

import pandas as pd


def check_events(table: pd.DataFrame) -> pd.DataFrame:
    """Check an EVENTS-like table from anywhere before it is analysed; return it unchanged.

    Needs the columns arm, seed, time, event and budget. With one budget for all runs and no other
    censoring, min(T, budget) is fully observed, which the primary analysis relies on.

    Raises
    ------
    ValueError
        Naming column and value: a column is missing; time and event look swapped; a time is
        missing, negative, after the budget, or before it without an event; budgets differ; a
        run occurs twice.
    """
    for column in ("arm", "seed", "time", "event", "budget"):
        if column not in table:
            raise ValueError(
                f"column {column} is missing; the events have {', '.join(map(str, table))}"
            )
        if table[column].isna().any():
            raise ValueError(f"column {column}: a value is missing")
    flags = table["event"].isin([0, 1])
    if not flags.all():
        swapped = " (swapped with time?)" if table["time"].isin([0, 1]).all() else ""
        value = table.loc[~flags, "event"].iloc[0]
        raise ValueError(f"column event: must be true or false{swapped}, but was {value}")
    budgets = table["budget"].unique()
    if len(budgets) > 1:
        raise ValueError(f"column budget: runs have unequal budgets, {budgets[0]} and {budgets[1]}")
    late = f"is after the budget of {', '.join(map(str, budgets))} epochs"
    for wrong, why in (
        (table["time"] < 0, "is negative"),
        (table["time"] > table["budget"], late),
        (
            ~table["event"].astype(bool) & (table["time"] != table["budget"]),
            "has no event, but is not the budget",
        ),
    ):
        if wrong.any():
            raise ValueError(f"column time: {table.loc[wrong, 'time'].iloc[0]} {why}")
    run = [c for c in ("study", "arm", "seed", "threshold") if c in table]
    doubled = table.duplicated(run)
    if doubled.any():
        first = table.loc[doubled].iloc[0]
        raise ValueError(f"column seed: {first['seed']} occurs twice in arm {first['arm']}")
    return table


def followed_on(table: pd.DataFrame) -> pd.DataFrame:
    """Return events with each run's own end in place of the budget, where they are known.

    For statistics that allow for censoring at any time, such as Kaplan–Meier; the primary
    analysis keeps to the budget.

    Parameters
    ----------
    table : pandas.DataFrame
        What `check_events` allows; with ``own_time`` and ``own_event``, these stand in the place
        of ``time`` and ``event``.

    Raises
    ------
    ValueError
        Naming column and value: one of the two is missing; a run that reached the threshold
        within the budget has another time of its own; one that did not ends before the budget.
    """
    there = {"own_time", "own_event"} & set(table)
    if not there:
        return table
    for column in ("own_time", "own_event"):
        if column not in there or table[column].isna().any():
            raise ValueError(f"column {column}: is missing, or a value is")
    event, own = table["event"].astype(bool), table["own_event"].astype(bool)
    for wrong, why in (
        (event & (~own | (table["own_time"] != table["time"])), "is not the time of the event"),
        (~own & (table["own_time"] < table["budget"]), "has no event, but is before the budget"),
    ):
        if wrong.any():
            raise ValueError(f"column own_time: {table.loc[wrong, 'own_time'].iloc[0]} {why}")
    return table.assign(time=table["own_time"], event=own)
