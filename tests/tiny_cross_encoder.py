"""A cross-encoder small enough to work out by hand: the share of the question's characters that the text has too."""

import json
from pathlib import Path

import onnx
from onnx import TensorProto, helper
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors

CHARACTERS = "问答签注要钱吗免费材料身份证带什么办理时限工作日热气球停放证每收取工本五个地点在区中心"
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_LONGEST = 32  # tokens of a pair


def write_cross_encoder(folder: Path, *, outputs: int = 1) -> Path:
    """A folder as `FastembedReranker` wants it; ``outputs`` of 2 makes a classifier of it."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(_graph(outputs), str(folder / "model.onnx"))
    _tokenizer().save(str(folder / "tokenizer.json"))
    settings = {"model_max_length": _LONGEST, "pad_token": "[PAD]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def _tokenizer() -> Tokenizer:
    vocabulary = {token: at for at, token in enumerate([*_SPECIAL, *dict.fromkeys(CHARACTERS)])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), behavior="isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    return tokenizer


def _graph(outputs: int) -> onnx.ModelProto:
    def node(operation: str, given: list[str], result: str, **attributes: object) -> onnx.NodeProto:
        return helper.make_node(operation, given, [result], **attributes)

    nodes = [
        # 1 where a token is a known character; of the question (type 0) and of the text (type 1).
        node("Greater", ["input_ids", "last_special"], "is_known"),
        node("Cast", ["is_known"], "known", to=TensorProto.FLOAT),
        node("Cast", ["token_type_ids"], "of_text", to=TensorProto.FLOAT),
        node("Sub", ["one", "of_text"], "of_question"),
        node("Mul", ["known", "of_question"], "asked"),
        node("Mul", ["known", "of_text"], "said"),
        # (pairs, question's tokens, text's tokens): 1 where both are the same character.
        node("Unsqueeze", ["input_ids", "last_axis"], "down"),
        node("Unsqueeze", ["input_ids", "middle_axis"], "across"),
        node("Equal", ["down", "across"], "is_same"),
        node("Cast", ["is_same"], "same", to=TensorProto.FLOAT),
        node("Unsqueeze", ["said", "middle_axis"], "said_across"),
        node("Mul", ["same", "said_across"], "matches"),
        node("ReduceMax", ["matches", "last_axis"], "found", keepdims=0),
        node("Mul", ["found", "asked"], "found_of_asked"),
        node("ReduceSum", ["found_of_asked", "row"], "count", keepdims=1),
        node("ReduceSum", ["asked", "row"], "length", keepdims=1),
        node("Div", ["count", "length"], "share"),
        node("Concat", ["share"] * outputs, "scores", axis=1),
    ]
    constants = [
        helper.make_tensor("last_special", TensorProto.INT64, [], [len(_SPECIAL) - 1]),
        helper.make_tensor("one", TensorProto.FLOAT, [], [1.0]),
        helper.make_tensor("middle_axis", TensorProto.INT64, [1], [1]),
        helper.make_tensor("last_axis", TensorProto.INT64, [1], [2]),
        helper.make_tensor("row", TensorProto.INT64, [1], [1]),
    ]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["pairs", "tokens"])
        for name in ("input_ids", "token_type_ids")
    ]
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["pairs", outputs])
    graph = helper.make_graph(nodes, "share_of_the_question", inputs, [scores], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
