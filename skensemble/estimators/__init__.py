"""The scikit-learn estimators: validation, parameters and attributes; nothing numerical."""
