"""What was resolved, how clocks were kept, and whether the figures are what the rows say."""
