"""This domain is the policy library (政策库): documents, clauses with their time of force, plain explanations, common questions."""
