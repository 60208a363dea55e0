"""Pages of cards: the board, applications, the photograph, cards, batches and files from outside."""
