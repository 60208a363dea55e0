"""This domain is the trail (审计): who did what to which row, and when; append-only and hash-chained."""
