"""What was asked becomes knowledge: gaps, and closing them."""
