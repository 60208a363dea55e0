"""Rules as data: an expression language, dated parameters, and three ways to run them that agree to the fen; no business word inside."""
