"""Console pages of citizens: the queue of bindings, accounts and authorities, campaigns, help at the counter."""
