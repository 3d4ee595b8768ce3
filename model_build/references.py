"""`python -m model_build.references WHEEL` writes the reference vectors anew, from the unpruned model."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Literal

import numpy as np

from kb_service.adapters.embedding.loading import REFERENCE_FILE, Reference, embedded
from model_build.building import float_model

# Both roles, both scripts, figures, Latin words, full-width forms and units: each way a text reaches the network.
_SENTENCES: tuple[tuple[Literal["question", "passage"], str], ...] = (
    ("question", "居住证签注需要带哪些材料"),
    ("question", "网上提交后一直显示审核中怎么办?"),
    ("question", "公积金提取多久到账"),
    ("question", "請問外國人來上海工作許可要去哪裡辦理"),
    ("question", "APP登录时提示error 403,密码没错"),
    ("question", "小孩上幼儿园"),
    ("passage", "办理时限:自受理之日起5个工作日内办结;材料不全的,一次性告知申请人补正。"),
    ("passage", "新生儿出生后,父母可以通过“出生一件事”一次申请出生登记、医保参保和社会保障卡。"),
    ("passage", "餐饮场所面积在300㎡以上的,应当在开业前向区主管部门提交①申请书②平面图③法定代表人身份证明。"),
    ("passage", "第十二条 申请人隐瞒有关情况或者提供虚假材料的,不予受理,并给予警告;一年内不得再次申请。"),
    ("passage", "收費標準:每證工本費20元,補領加收10元。服務時間為週一至週五上午9:00至下午5:30。"),
    ("passage", "Foreign residents may renew online at the portal. 境外人员可在线上办理延期,费用为４００元。"),
)


def write_references(wheel: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        model = float_model(wheel, Path(scratch))
        lines = []
        for role, text in _SENTENCES:
            vector = embedded(model, Reference(role, text, np.zeros(0, np.float32)))
            row = {"role": role, "text": text, "vector": [round(float(value), 4) for value in vector]}
            lines.append(json.dumps(row, ensure_ascii=False))
    REFERENCE_FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    write_references(Path(sys.argv[1]))
