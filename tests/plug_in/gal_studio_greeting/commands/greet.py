def greet() -> None:
    """Say hello."""
    print("Hello")
