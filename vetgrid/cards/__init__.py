"""This domain is cards (优待证): who may have one, the way from application to issue, batches that balance, and the card's own life."""
