"""Small files that once blocked the reader or multiplied in it, by format."""
