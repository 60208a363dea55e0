"""What may go wrong in a way that a person can mend: each error carries a stable code and a Chinese sentence.

Doors turn them into pages, problem+json or command-line lines; actions and rules only raise them.
"""

from collections.abc import Mapping


class Refused(Exception):
    """The base: `code` is stable for machines, `sentence` says what is wrong and what to do next."""

    http_code = 400
    code = "refused"

    def __init__(self, sentence: str, *, code: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if code is not None:
            self.code = code


class NotAllowed(Refused):
    """The actor lacks the permission at that place."""

    http_code = 403
    code = "not_allowed"


class NotFound(Refused):
    """No such row within the actor's reach; rows of other places look exactly the same as absent ones."""

    http_code = 404
    code = "not_found"

    def __init__(
        self, sentence: str = "没有找到这条记录。它可能已被移走,或不在您的管辖范围内。请返回列表重新查找。"
    ) -> None:
        super().__init__(sentence)


class Conflict(Refused):
    """The row changed meanwhile, or the move is not possible in its present state."""

    http_code = 409
    code = "conflict"


class Invalid(Refused):
    """Input that cannot be taken: `fields` maps a field's key to its sentence."""

    http_code = 422
    code = "invalid"

    def __init__(
        self, sentence: str = "有内容需要修改,请按提示更正后再提交。", *, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sentence if not fields else "；".join(fields.values()))
        self.fields = dict(fields or {})


class TooMany(Refused):
    """Asked too often: later it is possible again."""

    http_code = 429
    code = "too_many"


class ScopeMissing(Refused):
    """A query ran without a scope: the database refused it. Always a defect of ours, never of the user."""

    http_code = 500
    code = "scope_missing"
