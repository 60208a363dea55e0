"""The kinds of work items of this domain, with the pages of their subjects."""

from vetgrid.work.kinds import Kind, declare

APPLICATION = Kind("card_application", "优待证申领", "/cards/applications/{id}")
TAKE_BACK = Kind("card_take_back", "优待证收回", "/cards/list/{id}")

declare(APPLICATION, TAKE_BACK)
