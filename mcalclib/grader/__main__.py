"""Run the ``mcalc`` command as ``python -m mcalclib.grader``."""

import sys

from .cli import main

sys.exit(main())
