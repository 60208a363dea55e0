"""This domain is payments: an append-only ledger in fen, pay runs behind a gate, bank files and their returns.

It knows amounts and payees, not reasons.
"""
