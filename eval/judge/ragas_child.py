"""ragas in a process and environment of its own, which may not use the network: who started it asks the judge for it.

Lines of JSON. In: {"job", "metric", "sample"}, {"to", ...} as the reply to what was asked, {"end"}. Out: {"ask", "job",
"prompt"} or {"ask", "job", "embed": texts}, {"job", "value"} or {"job", "fault"}, {"tried": [addresses]} at the end.
Standard library and ragas only: `python ragas_child.py WORKERS`.
"""

import asyncio
import itertools
import json
import math
import os
import queue
import re
import socket
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

TRIED = []


def _refuse(*arguments, **named):
    TRIED.append(str(arguments[1] if len(arguments) > 1 else arguments[0] if arguments else ""))
    raise OSError("this process may not use the network")


socket.socket.connect = _refuse
socket.socket.connect_ex = _refuse
socket.getaddrinfo = _refuse
os.environ.update(
    RAGAS_DO_NOT_TRACK="true",
    HF_HUB_OFFLINE="1",
    HF_DATASETS_OFFLINE="1",
    LANGSMITH_TRACING="false",
    LANGCHAIN_TRACING_V2="false",
)
warnings.simplefilter("ignore")
# What the library prints must not come between the lines.
_LINES = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
os.dup2(2, 1)

from ragas import SingleTurnSample
from ragas.embeddings.base import BaseRagasEmbedding
from ragas.llms.base import InstructorBaseRagasLLM
from ragas.metrics import (
    BleuScore,
    ChrfScore,
    IDBasedContextPrecision,
    IDBasedContextRecall,
    NonLLMContextPrecisionWithReference,
    NonLLMContextRecall,
    NonLLMStringSimilarity,
)
from ragas.metrics.base import MetricType, SingleTurnMetric
from ragas.metrics.collections import AnswerRelevancy, FactualCorrectness, Faithfulness

_writing = threading.Lock()
_numbers = itertools.count(1)
_waiting = {}
_ATTEMPTS = 2


class NoVerdict(Exception):
    """The judge gave no reply, or none that is what ragas asked for; the words say why."""


def say(message):
    with _writing:
        _LINES.write(json.dumps(message, ensure_ascii=False) + "\n")
        _LINES.flush()


def asked(message):
    number = next(_numbers)
    _waiting[number] = queue.SimpleQueue()
    say({"ask": number, **message})
    reply = _waiting[number].get()
    del _waiting[number]
    if "fault" in reply:
        raise NoVerdict(reply["fault"])
    return reply


class Judge(InstructorBaseRagasLLM):
    """Whoever started this process."""

    def __init__(self, job):
        self._job = job

    def generate(self, prompt, response_model):
        fault = ""
        for _ in range(_ATTEMPTS):
            text = asked({"job": self._job, "prompt": prompt})["text"]
            try:
                return response_model.model_validate_json(_json_in(text))
            except ValueError as error:
                fault = str(error).splitlines()[0]
        raise NoVerdict(f"what the judge replied cannot be read: {fault}")

    async def agenerate(self, prompt, response_model):
        return self.generate(prompt, response_model)


class Embedding(BaseRagasEmbedding):
    def __init__(self, job):
        super().__init__()
        self._job = job

    def embed_text(self, text, **_):
        return self.embed_texts([text])[0]

    async def aembed_text(self, text, **_):
        return self.embed_text(text)

    def embed_texts(self, texts, **_):
        return asked({"job": self._job, "embed": list(texts)})["vectors"]

    async def aembed_texts(self, texts, **_):
        return self.embed_texts(texts)


class Holds(SingleTurnMetric):
    """Whether one text stands in the other, without spaces: ragas compares whole texts, and a fact of six characters is
    never like a quote of eighty. Alternatives of a fact stand between bars."""

    name = "holds"
    _required_columns: ClassVar = {MetricType.SINGLE_TURN: {"reference", "response"}}

    def __init__(self):
        pass

    def init(self, run_config):
        pass

    async def _single_turn_ascore(self, sample, callbacks):
        one, other = (re.sub(r"[\s,，]", "", each) for each in (sample.reference, sample.response))
        return float(any(part in other for part in one.split("|")) or any(part in one for part in other.split("|")))

    async def _ascore(self, row, callbacks):
        return await self._single_turn_ascore(SingleTurnSample(**row), callbacks)


def _json_in(text):
    """The first JSON object, also within a fence or between words."""
    begin, end = text.find("{"), text.rfind("}")
    if begin < 0 or end < begin:
        raise ValueError("there is no JSON object in it")
    return text[begin : end + 1]


# Of texts alone. sacrebleu's zh tokenizer takes every Chinese character for a word; ragas's default looks for spaces.
PLAIN = {
    "id_precision": IDBasedContextPrecision,
    "id_recall": IDBasedContextRecall,
    "fact_precision": lambda: NonLLMContextPrecisionWithReference(distance_measure=Holds()),
    "fact_recall": lambda: NonLLMContextRecall(_distance_measure=Holds()),
    "string_similarity": NonLLMStringSimilarity,
    "bleu_zh": lambda: BleuScore(kwargs={"tokenize": "zh", "smooth_method": "exp"}),
    "chrf": lambda: ChrfScore(kwargs={}),
}
JUDGED = {
    "faithfulness": lambda job: Faithfulness(llm=Judge(job)),
    "answer_relevancy": lambda job: AnswerRelevancy(llm=Judge(job), embeddings=Embedding(job)),
    "factual_correctness": lambda job: FactualCorrectness(llm=Judge(job)),
}


def work(message):
    job, metric = message["job"], message["metric"]
    try:
        if metric in PLAIN:
            value = asyncio.run(PLAIN[metric]().single_turn_ascore(SingleTurnSample(**message["sample"])))
        else:
            value = asyncio.run(JUDGED[metric](job).ascore(**message["sample"])).value
        value = float(value)
        say({"job": job, "fault": "ragas gave no number"} if math.isnan(value) else {"job": job, "value": value})
    except NoVerdict as error:
        say({"job": job, "fault": str(error)})
    except Exception as error:  # whatever a library raises is the fault of this one job, and is told
        say({"job": job, "fault": f"{type(error).__name__}: {error}".splitlines()[0]})


def main():
    with ThreadPoolExecutor(int(sys.argv[1])) as workers:
        for line in sys.stdin:
            message = json.loads(line)
            if "to" in message:
                _waiting[message["to"]].put(message)
            elif "end" in message:
                break
            else:
                workers.submit(work, message)
    say({"tried": TRIED})


if __name__ == "__main__":
    main()
