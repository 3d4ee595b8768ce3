"""The pages people see: chat for residents, desk for helpers."""
