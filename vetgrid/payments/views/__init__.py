"""Console pages of payments: runs, a run with its findings, lines and files, a payee's ledger, the accounts."""
