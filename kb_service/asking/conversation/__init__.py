"""A question among others: what is carried over, asked back, offered next."""
