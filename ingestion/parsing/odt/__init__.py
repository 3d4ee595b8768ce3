"""OpenDocument texts (.odt) as their page shows them."""
