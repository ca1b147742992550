"""``python -m thresher``: the command where no script of that name is on the path."""

import sys

from thresher.command_line import main

if __name__ == "__main__":
    sys.exit(main())
