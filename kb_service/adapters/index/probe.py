"""Run as a script with the folder of a shard: opens it, searches once, prints the number of points, ends.

A damaged shard can abort the process that loads it, so a child tries first. It imports the engine and nothing of ours,
to start in a tenth of a second.
"""

import json
import sys

import qdrant_edge as engine


def main(folder: str) -> None:
    shard = engine.EdgeShard.load(folder)
    points = shard.count(engine.CountRequest(exact=True))
    records, _ = shard.scroll(engine.ScrollRequest(limit=1, with_payload=True, with_vector=True))
    for record in records:
        for name, vector in record.vector.items():  # type: ignore[union-attr]
            nearest = engine.Query.Nearest(vector, using=name)
            shard.query(engine.QueryRequest(limit=10, query=nearest, with_payload=True))
    shard.close()
    print(json.dumps({"points": points}))


if __name__ == "__main__":
    main(sys.argv[1])
