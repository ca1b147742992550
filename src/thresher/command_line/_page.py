"""The page of the manual about the command: its helps, as they are."""

import os

from thresher.command_line import commands, parser

_HEAD = """\
# The command

`thresher` does everything from a terminal; `python -m thresher` is the same. This page is what
`thresher COMMAND --help` says, and is made by `python -m thresher.command_line._page`.

| | |
|---|---|
"""
_FOOT = """\
## Where results are

`results/<name>/` is beside the study file. A file called `study.yaml` has its folder's name, so
that two studies never share results; a second study of one name in one folder is refused, and both
files are named. The studies of a clone, in `config/studies/`, have theirs in the clone's
`results/`, where `snakemake` has them, too.

## Exit codes

| code | |
|---|---|
| 0 | done |
| 1 | runs or other jobs failed; each is named with its log |
| 2 | wrong input: a line for each thing that is wrong |
| 130 | stopped by Ctrl-C; the same call goes on |

## Snakemake

`thresher run` starts Snakemake, and what follows `--` goes to it as it is:
`thresher run my_study -- --keep-going`. A profile is named there (`--profile`,
`--workflow-profile`) or by `$SNAKEMAKE_PROFILE`; one that is not there is an error, as is a folder
that only has a profile's name. Where neither a profile nor `--cores` says how many cores to use,
all are.

On a terminal there is one view: runs and epochs done over all jobs, epochs a second, the time left,
the jobs that run, and what failed with its log. Elsewhere there is a line for each job that makes
runs. `snakemake --logger thresher --logger-thresher-study STUDY` shows the same.

Colours are off where there is no terminal, and where `NO_COLOR` is set.
"""


def page() -> str:
    """Return the page; helps are 80 columns wide whatever the terminal."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "80"
    try:
        whole = parser()
        own = next(action for action in whole._actions if action.dest == "command")
        rows = [f"| [`{name}`](#{name}) | {one.help} |" for name, one in commands().items()]
        choices: dict[str, object] = dict(own.choices or {})
        helps = [
            f"## {name}\n\n```text\n{choices[name].format_help()}```\n"  # type: ignore[attr-defined]
            for name in commands()
        ]
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
    return "\n".join([_HEAD + "\n".join(rows) + "\n", *helps, _FOOT])


if __name__ == "__main__":
    print(page(), end="")
