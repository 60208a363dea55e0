"""A receipt as a page and as a PDF: the same content, which is the stored text and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vetgrid.benefits.models import Decision
from vetgrid.core.clock import CHINA
from vetgrid.core.codes import codes
from vetgrid.core.documents import Part, render_pdf

TABLES = {
    "registry_identity": "身份",
    "registry_residence": "居住与户籍",
    "registry_service": "服役",
    "registry_merit": "立功受奖",
    "registry_disability": "伤残",
    "registry_personclass": "人员类别",
    "registry_employment": "就业",
    "benefits_benefitfact": "待遇事实",
}


@dataclass(frozen=True)
class Receipt:
    """The stored receipt, read."""

    content: Mapping[str, Any]

    @classmethod
    def of(cls, decision: Decision) -> "Receipt":
        return cls(json.loads(decision.receipt))

    @property
    def facts(self) -> list[dict[str, Any]]:
        """Each group with its values as one text, its period, and its records by the names of the file's sections."""
        shown = []
        for entry in self.content["facts"]:
            records = [
                {
                    "section": TABLES.get(record["table"], record["table"]),
                    "id": record["id"],
                    "source": codes("source").label(record["source"]),
                    "known_since": record["known_since"],
                }
                for record in entry["records"]
            ]
            values = ";".join(f"{value['label']}:{value['text']}" for value in entry["values"]) or "没有记载"
            period = "".join(
                (f"自{entry['from']}起" if entry["from"] else "", f"至{entry['to']}前" if entry["to"] else "")
            )
            shown.append({"label": entry["label"], "values": values, "period": period, "records": records})
        return shown

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Every parameter row that was looked up, once."""
        found: dict[str, dict[str, Any]] = {}
        for step in self.content["steps"]:
            for looked in step["looked"]:
                for row in looked["rows"]:
                    found.setdefault(row["key"], {**row, "table": looked["label"], "cell_label": looked["cell"]})
        return list(found.values())


def pdf(decision: Decision) -> bytes:
    """One page where it fits; the same decision gives the same bytes."""
    receipt = Receipt.of(decision)
    content = receipt.content
    result = [
        ["决定", "符合,每次" + content["amount"] if decision.amount_fen > 0 else "不符合或没有应发金额"],
        ["月份", content["month_label"]],
        ["起发月份", content["starts_label"] or "—"],
        ["依据", content["programme"]["article"]],
        ["按哪一天所知", content["known_on"]],
        ["规则版本", f"{content['rules']['digest'][:16]},自{content['rules']['since'] or '—'}起的规定"],
    ]
    if content["exclusion"]:
        entry = content["exclusion"]
        result.append(["不同时享受", f"{entry['label']}:{entry['kind']}({entry['article']})"])
    parts = [
        Part("结论", ("项目", "内容"), result, (1, 4)),
        Part(
            "用到的事实",
            ("事实", "内容", "期间", "来源记录"),
            [
                [
                    entry["label"],
                    entry["values"],
                    entry["period"] or "—",
                    ";".join(f"{one['section']}({one['source']},{one['known_since']})" for one in entry["records"])
                    or "—",
                ]
                for entry in receipt.facts
            ],
            (2, 5, 2, 4),
        ),
        Part(
            "逐步计算",
            ("步骤", "依据", "其中", "结果"),
            [[step["label"], step["clause"], _inputs(step), step["text"]] for step in content["steps"]],
            (4, 4, 5, 2),
        ),
    ]
    if receipt.rows:
        lines = [
            [row["table"], row["cell_label"], row["written"], row["effective_on"], row["document"]]
            for row in receipt.rows
        ]
        parts.append(Part("用到的标准", ("标准", "档次", "数值", "生效", "文件"), lines, (3, 2, 2, 2, 4)))
    notes = [f"没有满足:{sentence}" for sentence in content["unmet"]]
    notes.append("什么会改变这个决定:" + "、".join(content["changes"]) + "。")
    notes.append("如不服本决定,可持本决定编号到任何一个退役军人服务站提出申诉。")
    return render_pdf(
        title=f"待遇决定书 · {content['programme']['label']}",
        subtitle=f"{decision.number} · {content['person']['name']} · {decision.made_at.astimezone(CHINA):%Y年%-m月%-d日}",
        parts=parts,
        notes=notes,
        footer=f"{decision.number} · 校验值 {decision.digest[:16]}",
    )


def _inputs(step: Mapping[str, Any]) -> str:
    given = [f"{entry['label']}={entry['text']}" for entry in step["inputs"]]
    given += [f"{looked['label']}({looked['cell']})={looked['text']}" for looked in step["looked"]]
    return ",".join(given) or "—"
