"""Do: everything that happens to applications, batches and cards; one verb, one transaction, one line in the trail."""
