"""Language models of llama-index behind `ports.LanguageModel`. Importing it imports no library."""
