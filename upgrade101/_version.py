"""The version of the package: read by the build without importing the extension."""

__version__ = "0.1.0"
"""The version of the package."""
