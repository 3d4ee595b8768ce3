"""Embedding models behind `EmbeddingModel`, and the builder of the default model folder."""
