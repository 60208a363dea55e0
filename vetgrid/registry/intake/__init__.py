"""Spreadsheets on their way into the registry: upload, columns, check, load; and lists on their way out."""
