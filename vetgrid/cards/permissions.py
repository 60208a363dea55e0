"""Somebody may: what can be done with applications for cards, with batches and with the cards themselves."""

from vetgrid.core.permission import Permission


class CardsPermission(Permission):
    ACCEPT = "cards.accept"
    APPLY = "cards.apply"
    CANCEL = "cards.cancel"
    EXPORT = "cards.export"
    HAND = "cards.hand"
    INTAKE = "cards.intake"
    ISSUE = "cards.issue"
    READ = "cards.read"
    REVIEW = "cards.review"
    VERIFY = "cards.verify"
