"""The language model of an OpenAI-compatible endpoint behind `ports.LanguageModel`."""
