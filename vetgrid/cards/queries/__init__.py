"""Which applications, cards, batches and files: lists, boards and the balance, each within what the viewer may see."""
