"""What goes into the API and comes out: pydantic's own model, which reads rows and dicts by itself.

Ninja's `Schema` wraps each object that it reads in a getter of Python, for resolvers that nobody here writes.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    def dict(self, **options: Any) -> dict[str, Any]:  # the short name, without pydantic's warning
        return self.model_dump(**options)
