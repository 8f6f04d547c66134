"""What happens: one deed a file, in a transaction that it is handed."""
