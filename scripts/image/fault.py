"""What is said when an image cannot be made."""


class Fault(Exception):
    """Something is wrong with what was given; its text is for people."""
