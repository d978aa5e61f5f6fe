/// A JSON value.
