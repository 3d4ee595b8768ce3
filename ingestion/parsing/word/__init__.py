"""Word files (.docx) as Word shows them."""
