"""The JSON Schema of a line of a suite, made from the model that reads it: ``python -m eval.question_schema``."""

import json
from typing import Any

from eval.question_lines import SuiteLine


def question_schema() -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SuiteLine.model_json_schema()}


if __name__ == "__main__":
    print(json.dumps(question_schema(), ensure_ascii=False, indent=2))
