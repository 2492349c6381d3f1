"""The data sources, one per file; ``core.data.source.sources`` finds them."""
