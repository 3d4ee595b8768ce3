"""`make model`: the embedding model folder, if it is not there."""

import os
import sys

from environment import ROOT, SetupError
from run import ensure_model

os.chdir(ROOT)
try:
    ensure_model()
except SetupError as error:
    sys.exit(f"make: {error}")
except KeyboardInterrupt:
    sys.exit(130)
