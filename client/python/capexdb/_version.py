"""Of the product: the same as in CMakeLists.txt and pyproject.toml."""

__version__ = "0.1.0"

CLIENT_NAME = f"capexdb-python {__version__}"
