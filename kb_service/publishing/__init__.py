"""What a reviewer is shown before approving: differences, suspicions, rehearsal."""
