"""Console pages of the registry, by subject: people, the file, requests, duplicates, imports, exports."""
