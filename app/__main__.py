"""`python -m app`: serve the dashboard (options of `streamlit run` may follow).

PyTorch and SciPy take seconds to load. That begins with the server, not with the first page.
"""

import sys
from importlib import import_module
from pathlib import Path
from threading import Thread

from streamlit.web import cli

Thread(target=import_module, args=("app.resolve",), daemon=True).start()
sys.argv[0:1] = ["streamlit", "run", str(Path(__file__).with_name("main.py"))]
sys.exit(cli.main())
