"""This domain is the registry (建档立卡): persons, facts about them, where each fact comes from."""
