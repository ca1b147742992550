"""thresher: separates real differences between training configurations from seed luck."""

__version__ = "0.1.0"
