"""Letters: printed once, frozen as content, template version and digest, and printed again to the same bytes whenever asked."""

import json
from dataclasses import asdict, dataclass

from vetgrid.core.documents import LETTER_TEMPLATES, LetterContent, render_letter
from vetgrid.core.errors import Invalid
from vetgrid.files.store import digest_of


@dataclass(frozen=True)
class Printed:
    """What a letter keeps of its first print; `content` is JSON."""

    template: int
    content: str
    digest: str


def first_print(content: LetterContent) -> Printed:
    """With the newest template. Raises Invalid when the words cannot be printed."""
    version = max(LETTER_TEMPLATES)
    try:
        body = render_letter(content, template=version)
    except Exception as error:
        raise Invalid("文书里有不能打印的字符,没有保存。请检查填写的内容,去掉特殊符号后重试。") from error
    return Printed(version, json.dumps(asdict(content), ensure_ascii=False), digest_of(body))


def print_again(letter: Printed) -> tuple[bytes, bool]:
    """The PDF, and whether it is the same to the byte as the first one."""
    body = render_letter(LetterContent(**json.loads(letter.content)), template=letter.template)
    return body, digest_of(body) == letter.digest
