"""`python -m ecg_core`."""

import sys

from ecg_core.cli.main import main

sys.exit(main())
