"""This domain is payments: an append-only ledger in fen, pay runs behind a gate, bank files; it knows amounts and payees, not reasons."""
