"""``thresher completion``: what a shell needs to complete commands and options."""

import argparse

from thresher.command_line._command import DONE, Command

_SHELLS = ("bash", "zsh", "tcsh")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=_SHELLS, help="the shell")


def run(given: argparse.Namespace) -> int:
    import shtab

    from thresher.command_line import parser

    print(shtab.complete(parser(), shell=given.shell))
    return DONE


COMMAND = Command(
    help="shell completion for bash, zsh or tcsh",
    description="""\
Print a script that completes commands and options in a shell. For bash:
  thresher completion bash > ~/.local/share/bash-completion/completions/thresher
For zsh, into a folder of $fpath: thresher completion zsh > _thresher
""",
    arguments=arguments,
    run=run,
    order=95,
)
