"""Words for searching Chinese text without a dictionary: each pair of neighbouring characters, and Latin words and numbers whole."""

import re

_RUN = re.compile(r"[\u3400-\u9fff]+|[A-Za-z0-9]+")
LONGEST = 20


def words(text: str) -> list[str]:
    """The distinct words of a text, in order: 军人优待 gives 军人, 人优, 优待; a single character stands for itself."""
    found: list[str] = []
    for run in _RUN.findall(text):
        if run.isascii():
            found.append(run.lower()[:LONGEST])
        elif len(run) == 1:
            found.append(run)
        else:
            found += [run[at : at + 2] for at in range(len(run) - 1)]
    return list(dict.fromkeys(found))


_ASKING = re.compile(
    r"请问|我想问|我要|需要|(?:哪些|什么)(?:材料|手续|条件|时候)?|怎么样?办?|如何|多久|多长时间|多少|能不能|是不是|有没有|是否|可不可以|可以|能办好|[吗呢吧]"
)


def asked(text: str) -> list[str]:
    """The words of a question without the phrases that only ask: they stand in every law and point nowhere."""
    return words(_ASKING.sub(" ", text)) or words(text)


def marked(text: str, query: str, *, length: int = 120) -> str:
    """The part of a text that holds the most words of the query, about `length` characters long."""
    wanted = words(query)
    places = [text.find(word) for word in wanted if text.find(word) >= 0]
    start = max(0, min(places) - 20) if places else 0
    piece = text[start : start + length].replace("\n", "")
    return ("…" if start else "") + piece + ("…" if start + length < len(text) else "")
