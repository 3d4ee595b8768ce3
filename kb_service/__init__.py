"""The knowledge-base service: nouns, verbs, tools and doors of an answer API whose knowledge has dates."""

import os

# Before numpy is loaded. Our matrices are small: threads that wait for each other make 2.7 ms of 0.07 (1,705 known
# questions × 384, processor time on two busy cores).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
